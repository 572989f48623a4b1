import fs from 'node:fs';
import path from 'node:path';
import { runCommand } from './command';
import { label, type Source } from './manifest';
import { CorpusError } from './types';

/** The name that `npm pack` gives a package's file. */
export function npmFile(source: Source): string {
  return `${source.name.replace(/^@/, '').replace('/', '-')}-${source.version}.tgz`;
}

/**
 * Downloads packages into `folder` with the user's own npm, so that whatever registry, proxy and credentials it is set
 * up with are used. No script of a package runs.
 *
 * @throws CorpusError `download` naming the packages that did not come
 */
export async function npmPack(
  sources: readonly Source[],
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const complaint = await runNpm(sources, folder, signal);
  const missing = (): Source[] =>
    sources.filter((source) => !fs.existsSync(path.join(folder, npmFile(source))));
  if (complaint === undefined && missing().length === 0) return;
  // One package may have failed for all of them: the others still come one at a time.
  let last = complaint ?? '';
  for (const source of sources.length > 1 ? missing() : [])
    last = (await runNpm([source], folder, signal)) ?? last;
  const lost = missing();
  if (lost.length === 0) return;
  throw new CorpusError(
    'download',
    `npm could not download ${lost.map(label).join(', ')}:\n${last}\n` +
      `Check the network and npm's registry ("npm ping"), then run again: what is there already is kept.`,
  );
}

/** @returns what npm said when it failed, undefined when it did not */
async function runNpm(
  sources: readonly Source[],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const [command, before] = npmCommand();
  const options = ['--ignore-scripts', '--loglevel=error', `--pack-destination=${folder}`];
  const { code, said } = await runCommand(command, [...before, 'pack', ...sources.map(label), ...options], {
    signal,
  });
  return code === 0 ? undefined : said || `npm ended with exit code ${String(code)}`;
}

/** npm's own script where it is known (Windows' npm is a batch file, which needs a shell), else `npm`. */
function npmCommand(): [command: string, args: string[]] {
  const scripts = [
    process.env['npm_execpath'] ?? '',
    path.join(path.dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js'),
  ];
  const script = scripts.find((file) => path.basename(file) === 'npm-cli.js' && fs.existsSync(file));
  return script === undefined ? ['npm', []] : [process.execPath, [script]];
}
