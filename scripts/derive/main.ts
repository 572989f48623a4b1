/**
 * npm run derive: bundles in other forms of the weights. Without options, as set-up runs it, what the CPU runs fastest,
 * int8, of every master bundle: models/NAME → dist/models/NAME-int8. Bundled to dist/derive.js; run from the
 * repository's root.
 */
import fs from 'node:fs';
import path from 'node:path';
import { Command, Option } from 'commander';
import { exitCodeOf } from '../../src/cli/command-line/exit-code';
import { UsageError } from '../../src/cli/command-line/failures';
import { userPath } from '../../src/cli/command-line/options';
import { deriveBundle, renewGraph, WEIGHT_PRECISIONS, type WeightPrecision } from '../../src/engine/training';
import { findBundledModels } from '../../src/engine/node';

interface DeriveOptions {
  readonly precision?: WeightPrecision;
  readonly model?: string;
  readonly out?: string;
  readonly graphs?: true;
}

void exitCodeOf(async () => {
  const { precision, model, out, graphs } = deriveCommand().parse(process.argv).opts<DeriveOptions>();
  if (precision === undefined && model === undefined && out === undefined) return deriveAll(graphs === true);
  if (precision === undefined || model === undefined || out === undefined) {
    throw new UsageError('Give --precision, --model and --out together, or none of them.');
  }
  await derive(model, precision, out);
}).then((exitCode) => (process.exitCode = exitCode));

function deriveCommand(): Command {
  return new Command('derive')
    .description('Writes a model bundle in another form of its weights.')
    .exitOverride()
    .addOption(new Option('--precision <name>', 'form of the weights').choices(WEIGHT_PRECISIONS))
    .addOption(new Option('--model <dir>', 'the bundle it is derived from').argParser(userPath))
    .addOption(new Option('--out <dir>', 'where the new one goes').argParser(userPath))
    .addOption(
      new Option(
        '--graphs',
        'without the others: give the masters the graph of this version first',
      ).conflicts(['precision', 'model', 'out']),
    );
}

async function deriveAll(graphs: boolean): Promise<void> {
  const target = path.resolve('dist/models');
  const masters = findBundledModels('.').filter(({ precision }) => precision === 'f16');
  for (const { name, folder } of masters) {
    if (graphs && (await renewGraph(folder))) console.error(`The graph of ${folder} is new.`);
    await derive(folder, 'int8', path.join(target, `${name}-int8`));
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

async function derive(master: string, precision: WeightPrecision, out: string): Promise<void> {
  const started = performance.now();
  const written = await deriveBundle(master, precision, out);
  const what = path.basename(out);
  if (written) console.error(`Derived ${what} in ${Math.round(performance.now() - started)} ms.`);
}
