// npm run package -- [--target PLATFORM-ARCH]: the extension as a .vsix for one platform, in the working directory.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command, Option } from 'commander';
import { ROOT } from './paths';

/** VS Code's names of the platforms that onnxruntime-node has a binary for. */
const TARGETS = ['linux-x64', 'linux-arm64', 'win32-x64', 'win32-arm64', 'darwin-arm64'] as const;

/** Everything stays out but what the running extension reads. */
function ignoreList(target: string): string {
  const runtime = 'node_modules/onnxruntime-node';
  const shipped = [
    'package.json',
    'package.nls*.json',
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
    'media/*.{html,css,png,svg}',
    'dist/{extension,engine-host,demo}.js',
    'dist/models/*-int8/**',
    'node_modules/onnxruntime-common/{package.json,dist/cjs/**/*.js}',
    `${runtime}/{package.json,dist/**/*.js}`,
    `${runtime}/bin/napi-v6/${target.replace('-', '/')}/**`,
  ];
  return ['**', ...shipped.map((glob) => `!${glob}`)].join('\n');
}

const command = new Command('npm run package --')
  .addOption(
    new Option('--target <platform>', 'for this platform')
      .choices(TARGETS)
      .default(`${process.platform}-${process.arch}`),
  )
  .parse();
const { target } = command.opts<{ target: string }>();

const folder = mkdtempSync(path.join(tmpdir(), 'llada-package-'));
const ignoreFile = path.join(folder, 'ignore');
writeFileSync(ignoreFile, ignoreList(target));
const vsce = path.join(ROOT, 'node_modules/@vscode/vsce/vsce');
const out = path.resolve(process.env['INIT_CWD'] ?? '.', `llada-infill-${target}.vsix`);
const options = ['--target', target, '--ignoreFile', ignoreFile, '--out', out];
const unpublished = ['--allow-missing-repository', '--no-rewrite-relative-links'];
const { status } = spawnSync(process.execPath, [vsce, 'package', ...options, ...unpublished], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
rmSync(folder, { recursive: true });
process.exit(status ?? 1);
