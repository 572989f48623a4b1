import fs from 'node:fs';
import path from 'node:path';
import { clientOf } from './client';
import { runCommand } from './command';
import { label, type Source } from './manifest';

/**
 * The user's own npm, so that whatever registry, proxy and credentials it is set up with are used. No script of a
 * package runs.
 */
export const NPM = clientOf({
  about: 'npm packages',
  missing: () => [],
  fileOf: npmFile,
  run: runNpm,
  program: 'npm',
  advice: 'Check the network and npm\'s registry ("npm ping")',
});

/** The name that `npm pack` gives a package's file. */
export function npmFile(source: Source): string {
  return `${source.name.replace(/^@/, '').replace('/', '-')}-${source.version}.tgz`;
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
