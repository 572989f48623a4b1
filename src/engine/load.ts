import fs from 'node:fs/promises';
import path from 'node:path';
import type { EngineInfo, LoadOptions } from './api';
import { EngineError } from './errors';
import { readBundle } from './model/bundle';
import { RecentContexts, UncachedContexts } from './model/context-caches';
import { createOrtPredictor } from './model/ort-predictor';
import type { Runtime } from './runtime';
import { Tokenizer, type TokenizerJson } from './text/tokenizer';

/** Loads a bundle into this process: checks its files, starts a provider and warms it up. */
export async function loadRuntime(
  folder: string,
  options: LoadOptions,
): Promise<{ readonly runtime: Runtime; readonly info: EngineInfo }> {
  const started = performance.now();
  const bundle = await readBundle(folder);
  const { config } = bundle;
  const tokenizer = await readTokenizer(path.join(folder, config.files.tokenizer.name));
  const predictor = await createOrtPredictor(bundle, options);
  const info: EngineInfo = {
    bundle: config.name,
    bundleFolder: folder,
    provider: predictor.provider,
    precision: config.precision,
    vocabulary: config.architecture.vocabulary,
    windowRows: config.window.rows,
    loadMs: performance.now() - started,
  };
  const Contexts = options.contextCache === false ? UncachedContexts : RecentContexts;
  return { runtime: { config, tokenizer, predictor: new Contexts(predictor) }, info };
}

async function readTokenizer(file: string): Promise<Tokenizer> {
  const text = await fs.readFile(file, 'utf8');
  try {
    return new Tokenizer(JSON.parse(text) as TokenizerJson);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EngineError(
      'bundle-damaged',
      `The tokenizer ${file} cannot be read (${why}). It must be a byte-level BPE tokenizer.json; install the bundle again or export it anew.`,
      { cause: error },
    );
  }
}
