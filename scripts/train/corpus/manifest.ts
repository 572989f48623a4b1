import fs from 'node:fs';
import keptOut from './kept-out.json';
import pinned from './manifest.json';
import { CorpusError, SPLITS, type Split } from './types';

/**
 * MB of text. 20: a handful of small packages; 300: the TypeScript-first core of npm packages; 600: npm packages; 1100:
 * these and Debian 12 sources; 2200: these, more npm packages, and modern Python, Rust, Java and Go from PyPI,
 * crates.io, Maven Central and the Go module proxy.
 */
export const TIERS = [20, 300, 600, 1100, 2200] as const;
export type Tier = (typeof TIERS)[number];

/**
 * npm: a package of the registry; deb: a Debian package; debsrc: the original source of one; pypi: a pure-Python wheel;
 * crate: a Rust crate; maven: a sources jar; go: a Go module.
 */
export const KINDS = ['npm', 'deb', 'debsrc', 'pypi', 'crate', 'maven', 'go'] as const;
export type Kind = (typeof KINDS)[number];

/** A pinned package: where its text comes from, under which licence, and what of it is taken. */
export interface Source {
  readonly kind: Kind;
  /** Of an npm package its own; of others `kind:` and their own, of Maven's `maven:group:artifact`. */
  readonly name: string;
  readonly version: string;
  /** `sha512-…` in base64 for npm, `sha256-…` in hexadecimal for others; Debian's have apt's signatures as well. */
  readonly integrity?: string;
  /** SPDX expression where there is one. */
  readonly license: string;
  /** Name of the file for Debian and PyPI. */
  readonly file?: string;
  /** Bytes to download. */
  readonly size?: number;
  /** Bytes of text it adds, roughly. */
  readonly text?: number;
  readonly split: Split;
  readonly tier: Tier;
  /** Globs over paths in the package. Nothing but `maps` is taken when empty. */
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
  /** Source maps to take the embedded original sources from. */
  readonly maps?: readonly string[];
  /** Regular expression for dictionaries in a format of their own. */
  readonly special?: string;
  readonly maxFile?: number;
  /** Most bytes of a language. */
  readonly cap?: Readonly<Record<string, number>>;
  readonly keepGenerated?: boolean;
  readonly html2text?: boolean;
}

/** Training texts that share runs of tokens with public benchmarks, by the path of their document. */
export const KEPT_OUT: ReadonlySet<string> = new Set(keptOut.files);

/** Takes the part of a source that decides its texts. */
export function contentOf(source: Source): Readonly<Record<string, unknown>> {
  return { ...source, license: undefined, size: undefined, text: undefined, tier: undefined };
}

export function label(source: Source): string {
  return `${source.name}@${source.version}`;
}

/** Who a source comes from: packages of one scope, group or owner are related. */
export function familyOf({ kind, name }: Source): string {
  if (kind === 'maven' || name.startsWith('@'))
    return name
      .split(/[:/]/)
      .slice(0, kind === 'maven' ? 2 : 1)
      .join(':');
  return kind === 'go' ? name.split('/').slice(0, 2).join('/') : name.split('-')[0]!;
}

/**
 * The sources of a tier, held-out ones first.
 *
 * @param file another manifest than the pinned one
 * @throws CorpusError `manifest`
 */
export function loadSources(tier: Tier, file?: string): Source[] {
  const sources = file === undefined ? (pinned.sources as readonly unknown[]) : readManifest(file);
  const where = file ?? 'the pinned manifest';
  const checked = sources.map((source, i) => checkSource(source, `${where}, source ${i + 1}`));
  const taken = checked.filter((source) => source.tier <= tier);
  return SPLITS.flatMap((split) => taken.filter((source) => source.split === split));
}

function readManifest(file: string): unknown[] {
  let json: unknown;
  try {
    json = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CorpusError(
      'manifest',
      `The corpus manifest ${file} cannot be read: ${String(error)}. Restore it.`,
      {
        cause: error,
      },
    );
  }
  const sources = (json as { sources?: unknown } | null)?.sources;
  if (!Array.isArray(sources))
    throw new CorpusError('manifest', `The corpus manifest ${file} has no list "sources". Restore it.`);
  return sources;
}

function isGlobs(value: unknown): boolean {
  return Array.isArray(value) && value.every((glob) => typeof glob === 'string' && glob !== '');
}

// Names and versions become command-line arguments and file names.
const WORD = '[a-z0-9][\\w.+~-]*';
const NAME = new RegExp(
  `^(?:(?:debian:|pypi:|crate:|@${WORD}/)?${WORD}|maven:${WORD}:${WORD}|go:${WORD}(?:/${WORD})*)$`,
  'i',
);
const VERSION = /^v?[0-9][\w.+:~%-]*$/;
const FILE = /^[a-z0-9][\w.+~%-]*$/i;

function checkSource(value: unknown, where: string): Source {
  const source = (value ?? {}) as Record<keyof Source, unknown>;
  const { integrity } = source;
  const isDebian = source.kind === 'deb' || source.kind === 'debsrc';
  const problems = [
    [KINDS.includes(source.kind as Kind), `kind must be one of ${KINDS.join(', ')}`],
    [typeof source.name === 'string' && NAME.test(source.name), 'name must be a package name'],
    [typeof source.version === 'string' && VERSION.test(source.version), 'version must be an exact version'],
    [typeof source.license === 'string' && source.license !== '', 'license is missing'],
    [SPLITS.includes(source.split as Split), 'split must be train, valid or test'],
    [TIERS.includes(source.tier as Tier), `tier must be one of ${TIERS.join(', ')}`],
    [isGlobs(source.include), 'include must be a list of globs'],
    [isGlobs(source.exclude ?? []), 'exclude must be a list of globs'],
    [isGlobs(source.maps ?? []), 'maps must be a list of globs'],
    [
      (isDebian && integrity === undefined) ||
        (typeof integrity === 'string' &&
          (source.kind === 'npm' ? /^sha512-[A-Za-z0-9+/]{86}==$/ : /^sha256-[0-9a-f]{64}$/).test(integrity)),
      'integrity must be sha512-… (npm) or sha256-… (others)',
    ],
    [
      !(isDebian || source.kind === 'pypi') || (typeof source.file === 'string' && FILE.test(source.file)),
      'file must be the name of the Debian file or of the wheel',
    ],
  ] as const;
  const wrong = problems.filter(([right]) => !right).map(([, problem]) => problem);
  if (wrong.length > 0)
    throw new CorpusError(
      'manifest',
      `Corpus manifest: ${where} (${String(source.name)}): ${wrong.join('; ')}. Correct it, or restore the manifest.`,
    );
  return value as Source;
}
