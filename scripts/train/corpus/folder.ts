import fs from 'node:fs';
import path from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { cleanFile, largestFile } from './content-rules';
import { languageOf } from './language';
import { isMachineMade, mayHoldSecrets } from './path-rules';
import type { CorpusDocument } from './types';

/** A .gitignore and the folder whose paths it speaks of. */
interface IgnoreFile {
  readonly folder: string;
  readonly rules: Ignore;
}

/**
 * The files of a folder that may be texts, by path in it with `/`, sorted. Links are not followed; what git ignores,
 * dependencies, and files that may hold credentials are left out.
 *
 * @param skipped folders that are not entered: those that the build itself writes
 */
export function listFolder(folder: string, skipped: readonly string[] = []): string[] {
  const root = path.resolve(folder);
  const skip = new Set(skipped.map((name) => path.resolve(name)));
  const files: string[] = [];
  const walk = (here: string, ignores: readonly IgnoreFile[]): void => {
    const known = [...ignores, ...ignoreFile(here)];
    const entries = fs.readdirSync(here, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const file = path.join(here, entry.name);
      const name = path.relative(root, file).replaceAll(path.sep, '/');
      if (entry.isDirectory()) {
        if (!skip.has(file) && !isMachineMade(`${name}/`) && !isIgnored(`${file}${path.sep}`, known))
          walk(file, known);
      } else if (entry.isFile() && languageOf(name) !== undefined) {
        if (!isMachineMade(name) && !mayHoldSecrets(name) && !isIgnored(file, known)) files.push(name);
      }
    }
  };
  walk(root, ignoresAbove(root));
  return files;
}

/** The clean texts of one of those files. */
export function readFolderFile(
  folder: string,
  name: string,
  onDrop: (reason: string, bytes: number) => void,
): CorpusDocument[] {
  const language = languageOf(name)!;
  const file = path.join(folder, name);
  const { size } = fs.statSync(file);
  // Looked at before it is read: it may be larger than memory.
  const cleaned =
    size > largestFile(language, {}) ? { drop: 'huge' } : cleanFile(fs.readFileSync(file), language);
  if ('drop' in cleaned) {
    onDrop(cleaned.drop, size);
    return [];
  }
  const root = path.basename(path.resolve(folder));
  return cleaned.texts.map((text) => ({ path: `${root}@local/${name}`, lang: cleaned.lang, text }));
}

/** The .gitignore files between the folder and the top of the repository that it lies in. */
function ignoresAbove(root: string): IgnoreFile[] {
  const above: IgnoreFile[] = [];
  for (let here = root; !fs.existsSync(path.join(here, '.git'));) {
    const parent = path.dirname(here);
    if (parent === here) return []; // not in a repository: what lies above does not concern it
    above.unshift(...ignoreFile(parent));
    here = parent;
  }
  return above;
}

function ignoreFile(folder: string): IgnoreFile[] {
  const file = path.join(folder, '.gitignore');
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return [];
  return [{ folder, rules: ignore().add(fs.readFileSync(file, 'utf8')) }];
}

/** The deepest .gitignore that says anything about the file decides. A folder's path ends in a separator. */
function isIgnored(file: string, ignores: readonly IgnoreFile[]): boolean {
  for (const { folder, rules } of ignores.toReversed()) {
    const verdict = rules.test(
      file.slice(folder.length + (folder.endsWith(path.sep) ? 0 : 1)).replaceAll(path.sep, '/'),
    );
    if (verdict.ignored || verdict.unignored) return verdict.ignored;
  }
  return false;
}
