import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundleForProvider, type Engine, type LoadOptions, type Step } from '../../engine/index';
import { findBundledModels, loadEngine } from '../../engine/node';
import { filesBelow } from '../../syntax/node-files';
import { Runtime } from '../../syntax/runtime';
import { CliError } from './failures';
import type { EngineOptions } from './options';

/** Loads the engine, lends it to `use` and puts it away again. */
export async function withEngine<T>(
  options: Pick<EngineOptions, 'model' | 'provider'> & Pick<LoadOptions, 'threads'>,
  signal: AbortSignal,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const { provider, threads } = options;
  const engine = await loadEngine(bundleFolder(options), {
    provider,
    ...(threads === undefined ? {} : { threads }),
  });
  try {
    signal.throwIfAborted();
    return await use(engine);
  } finally {
    await engine.dispose();
  }
}

/** The grammars that come along. */
export function syntaxRuntime(): Runtime {
  return new Runtime(filesBelow(projectRoot()));
}

/** Runs a request to its end. */
export async function lastStep(steps: AsyncIterable<Step>, show?: (step: Step) => void): Promise<Step> {
  let last: Step | undefined;
  for await (const step of steps) {
    show?.(step);
    last = step;
  }
  if (!last) throw new Error('the engine ended a request without a step');
  return last;
}

/** `8 steps · 10 forwards · 132 ms · cpu · base (int8)` */
export function summary({ index, forwards, ms }: Step, { info }: Engine): string {
  const { provider, bundle, precision } = info;
  return `${index} steps · ${forwards} forwards · ${Math.round(ms)} ms · ${provider} · ${bundle} (${precision})`;
}

/** The folder that everything the project ships lies in: the nearest one above this file with a package.json. */
export function projectRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** The folder that the options name, or that of the bundled model that suits the provider. */
export function bundleFolder({ model: folder, provider }: Pick<EngineOptions, 'model' | 'provider'>): string {
  if (folder !== undefined) return folder;
  const root = projectRoot();
  const model = bundleForProvider(findBundledModels(root), provider);
  if (!model) {
    throw new CliError(
      `No model bundle was found in ${join(root, 'models')}. Train one with npm run train-model, or name a bundle's folder with --model.`,
    );
  }
  return model.folder;
}
