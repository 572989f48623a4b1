import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { atExit } from '../setup/at-exit';
import { ROOT } from '../setup/paths';
import { stage, type Sizes } from './stage';
import type { Target } from './targets';

/**
 * Makes a .vsix.
 *
 * @param out the file
 * @throws Error when something is missing or vsce refuses
 */
export function makeVsix(target: Target, out: string): Sizes {
  const folder = mkdtempSync(path.join(tmpdir(), 'llada-package-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const forget = atExit(remove);
  try {
    const sizes = stage(target, folder);
    const vsce = path.join(ROOT, 'node_modules/@vscode/vsce/vsce');
    const platform = target === 'universal' ? [] : ['--target', target];
    // vsce makes the links of README.md lead to a repository on the forges that it knows; the release workflow gives one.
    const { repository } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      repository?: { url: string };
    };
    const isKnown = /^https:\/\/(github|gitlab)\.com\//.test(repository?.url ?? '');
    const unpublished = isKnown ? [] : ['--allow-missing-repository', '--no-rewrite-relative-links'];
    const args = [vsce, 'package', ...platform, '--no-dependencies', '--out', out, ...unpublished];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`vsce could not make ${out}:\n${stdout}${stderr}`);
    return sizes;
  } finally {
    remove();
    forget();
  }
}
