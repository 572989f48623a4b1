// npm run package -- [--target PLATFORM…] [--out DIR]: the extension as a .vsix for each platform, and one for all others.
import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { Command, Option } from 'commander';
import { TARGETS, type Target } from './targets';
import { makeVsix } from './vsix';

const MB = 1e6;
function inMb(bytes: number): string {
  return (bytes / MB).toFixed(1);
}

const COMMAND = new Command('npm run package --')
  .addOption(
    new Option('--target <platform...>', 'only for these').choices(TARGETS).default(TARGETS, 'all of them'),
  )
  .option('--out <dir>', 'where the packages go', '.')
  .parse();
const { target, out } = COMMAND.opts<{ target: readonly Target[]; out: string }>();

const FOLDER = path.resolve(process.env['INIT_CWD'] ?? '.', out);
mkdirSync(FOLDER, { recursive: true });
try {
  const rows = target.map((name) => {
    const file = path.join(FOLDER, `llada-infill-${name}.vsix`);
    console.error(`Packing ${path.basename(file)}…`);
    const sizes = makeVsix(name, file);
    const parts = [...sizes].map(([what, bytes]) => [`${what}, MB`, inMb(bytes)] as const);
    return {
      package: path.basename(file),
      'file, MB': inMb(statSync(file).size),
      ...Object.fromEntries(parts),
    };
  });
  console.table(rows);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
