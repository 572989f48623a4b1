import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import { ROOT } from '../setup/paths';
import { corpusNotice, licenceNotices, materials } from './notices';
import { partsOf, type Part, type Target } from './targets';

/** Bytes of a package's parts before they are packed. */
export type Sizes = ReadonlyMap<string, number>;

/** A line of the README that is a picture of the repository's. */
const PICTURE = /^!\[[^\]\n]*\]\(media\/pictures\/[^)\n]*\)\n+/gm;

/**
 * Lays a package's files out in an empty folder, as they are to be installed. Packages that are loaded at run time lie
 * in dist/node_modules, beside the bundles: vsce takes what is in node_modules for development.
 *
 * @throws Error naming the part that is not there: the build is incomplete
 */
export function stage(target: Target, folder: string): Sizes {
  const sizes = new Map<string, number>();
  const shipped: string[] = [];
  for (const part of partsOf(target)) {
    const { what } = part;
    const kept = filesOfPart(part);
    for (const file of kept) copy(file, path.join(folder, placeOf(file)));
    sizes.set(
      what,
      kept.reduce((sum, file) => sum + statSync(path.join(ROOT, file)).size, 0),
    );
    shipped.push(...kept);
  }
  const made: Readonly<Record<string, string>> = {
    'package.json': JSON.stringify(installedManifest(target), null, 2),
    'THIRD-PARTY-NOTICES.md': licenceNotices(shipped),
    'CORPUS.md': corpusNotice(),
    'sbom.cdx.json': JSON.stringify(materials(shipped), null, 2),
  };
  // Pictures are not in the package, and a marketplace takes no SVG.
  const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
  writeFileSync(path.join(folder, 'README.md'), readme.replace(PICTURE, ''));
  let bytes = 0;
  for (const [name, text] of Object.entries(made)) {
    writeFileSync(path.join(folder, name), `${text}\n`);
    bytes += Buffer.byteLength(text) + 1;
  }
  return sizes.set('notices', bytes);
}

/**
 * The repository's files that a part of a package is made of, by their paths from the root.
 *
 * @throws Error when there is none for one of its globs
 */
export function filesOfPart({ what, globs }: Part): string[] {
  const files = globs.flatMap((glob) => {
    if (glob.startsWith('!')) return [];
    const found = filesOf(glob);
    if (found.length === 0) throw new Error(`There is nothing for the package's part “${what}”: ${glob}`);
    return found;
  });
  const dropped = picomatch(globs.flatMap((glob) => (glob.startsWith('!') ? [glob.slice(1)] : [])));
  return files.filter((file) => !dropped(file));
}

/** The repository's files that a glob matches; walks only from its fixed beginning. */
function filesOf(glob: string): string[] {
  const { base, isGlob } = picomatch.scan(glob);
  if (!isGlob) return existsSync(path.join(ROOT, glob)) ? [glob] : [];
  const matches = picomatch(glob);
  const start = path.join(ROOT, base);
  const inside = readdirSync(start, { recursive: base !== '', withFileTypes: true });
  return inside
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => matches(file))
    .sort();
}

function placeOf(file: string): string {
  return file.startsWith('node_modules/') ? `dist/${file}` : file;
}

function copy(file: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  copyFileSync(path.join(ROOT, file), to);
}

/** package.json without what only the repository needs; JSON leaves out what is undefined. */
function installedManifest(target: Target): Record<string, unknown> {
  const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const browser = target === 'universal' ? manifest['browser'] : undefined;
  return { ...manifest, browser, scripts: undefined, dependencies: undefined, devDependencies: undefined };
}
