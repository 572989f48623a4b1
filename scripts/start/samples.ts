import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { atExit } from '../setup/at-exit';
import { ROOT } from '../setup/paths';

/** A copy of samples/ to play with, removed when this process ends. */
export function copySamples(): { readonly folder: string; readonly first: string } {
  const root = mkdtempSync(path.join(tmpdir(), 'llada-samples-'));
  atExit(() => rmSync(root, { recursive: true, force: true }));
  const folder = path.join(root, 'samples');
  cpSync(path.join(ROOT, 'samples'), folder, { recursive: true });
  const first = readdirSync(folder).find((name) => name.endsWith('.ts'));
  if (!first) throw new Error('samples/ has no TypeScript file; restore it with git.');
  return { folder, first: path.join(folder, first) };
}
