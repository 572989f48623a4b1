import { readdirSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { ROOT } from '../../../scripts/setup/paths';

/** Which tests to run. */
export interface Selection {
  /** Full paths. */
  readonly files: readonly string[];
  readonly grep: string | undefined;
}

/**
 * Reads `[words…] [--except WORD] [--grep PATTERN]`: the *.test.ts files of a folder whose path contains one of the
 * words, and not the excepted one.
 * @param folder In the repository, with slashes.
 */
export function selectTests(folder: string, argv: readonly string[]): Selection {
  const command = new Command('npm run test:… --')
    .argument('[words...]', 'only files whose path contains one of these')
    .option('--except <word>', 'no files whose path contains this')
    .option('-g, --grep <pattern>', 'only tests whose full title matches')
    .parse(argv);
  const words = command.args;
  const { grep, except } = command.opts<{ grep?: string; except?: string }>();
  const files = readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .filter((name) => words.length === 0 || words.some((word) => `${folder}/${name}`.includes(word)))
    .filter((name) => except === undefined || !`${folder}/${name}`.includes(except))
    .map((name) => path.join(ROOT, folder, name))
    .sort();
  return { files, grep };
}
