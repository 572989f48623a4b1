import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chooser } from '../../src/engine/index';

/** Puts coefficients into a bundle's config.json; all else in it stays as it is, in its order. */
export function writeChooser(folder: string, chooser: Chooser): void {
  const file = join(folder, 'config.json');
  const config = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const entries = Object.entries(config).filter(([key]) => key !== 'chooser');
  const place = entries.findIndex(([key]) => key === 'training');
  entries.splice(place < 0 ? entries.length : place, 0, ['chooser', chooser]);
  const staging = `${file}.new`;
  writeFileSync(staging, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
  renameSync(staging, file);
}
