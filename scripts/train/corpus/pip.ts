import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { bareName, clientOf } from './client';
import { runCommand } from './command';
import type { Source } from './manifest';

/** pip is a module of some Python or a program of its own. */
const COMMANDS = [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']] as const;
/** Only wheels that hold nothing but Python, for whichever Python: pip takes no others, and has none to build. */
const PURE_WHEELS =
  '--no-deps --require-hashes --only-binary=:all: --python-version 3.13 --implementation py --abi none --platform any';

/** pip, told to download. It checks each wheel against the manifest's hash too. */
export const PIP = clientOf({
  about: 'Python wheels',
  missing: () => (pipCommand() === undefined ? ['pip'] : []),
  fileOf: wheelFile,
  run: runPip,
  program: 'pip',
  advice: 'Check the network and pip\'s index ("pip config list")',
});

function wheelFile(source: Source): string {
  return source.file!;
}

function pipCommand(): readonly string[] | undefined {
  return COMMANDS.find(
    ([command, ...args]) => spawnSync(command, [...args, '--version'], { stdio: 'ignore' }).status === 0,
  );
}

async function runPip(
  sources: readonly Source[],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const requirements = path.join(folder, 'requirements.txt');
  const lines = sources.map(
    (source) =>
      `${bareName(source)}==${source.version} --hash=${source.integrity!.replace('sha256-', 'sha256:')}\n`,
  );
  fs.writeFileSync(requirements, lines.join(''));
  const [command, ...before] = pipCommand()!;
  const options = ['--quiet', '--disable-pip-version-check', '--dest', folder, '--requirement', requirements];
  const { code, said } = await runCommand(
    command!,
    [...before, 'download', ...PURE_WHEELS.split(' '), ...options],
    { signal },
  );
  return code === 0 ? undefined : said || `pip ended with exit code ${String(code)}`;
}
