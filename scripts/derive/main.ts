// Derives what the CPU runs fastest, int8, from every master bundle: models/NAME → dist/models/NAME-int8.
// Bundled to dist/derive.js; run from the repository's root.
import fs from 'node:fs';
import path from 'node:path';
import { deriveBundle } from '../../src/engine/model/derive-bundle';
import { findBundledModels } from '../../src/engine/model/bundled-model';

async function main(): Promise<void> {
  const target = path.resolve('dist/models');
  const masters = findBundledModels('.').filter(({ precision }) => precision === 'f16');
  for (const { name, folder } of masters) {
    const started = performance.now();
    const written = await deriveBundle(folder, 'int8', path.join(target, `${name}-int8`));
    if (written) console.error(`Derived ${name}-int8 in ${Math.round(performance.now() - started)} ms.`);
  }
  // For those who cannot list a folder: an extension that a browser gets by HTTP.
  const index = masters.map(({ name }) => ({ name: `${name}-int8`, precision: 'int8' }));
  fs.mkdirSync(target, { recursive: true });
  fs.writeFileSync(path.join(target, 'index.json'), `${JSON.stringify(index)}\n`);
  // What was derived from a master that is gone would otherwise be found before the masters.
  const wanted = new Set(masters.map(({ name }) => `${name}-int8`));
  for (const name of fs.readdirSync(target)) {
    if (name.endsWith('-int8') && !wanted.has(name)) fs.rmSync(path.join(target, name), { recursive: true });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
