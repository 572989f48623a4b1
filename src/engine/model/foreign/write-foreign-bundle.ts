import fs from 'node:fs/promises';
import path from 'node:path';
import { CONFIG_FILE, type BundleFile } from '../bundle/bundle-config';
import { FolderFiles } from '../bundle/folder-files';
import type { ForeignSource } from '../import/foreign-model';
import { checkForeignBundle } from './foreign-bundle';
import { graphPositions, type ForeignConfig, type ForeignPrecision } from './foreign-config';
import { buildForeignGraph } from './foreign-graph';
import { foreignLayout, largestBlock } from './foreign-layout';
import { StoredFile } from './stored-file';
import { UnfinishedBundle } from './unfinished-bundle';
import { writeWeights } from './write-weights';

export interface ForeignBundleOptions {
  readonly precision: ForeignPrecision;
  readonly name: string;
  readonly signal?: AbortSignal;
  /** Told how much of the weights is written, in bytes. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** Tokens looked at together unless config.json is changed: what reads in a second or two on two processor cores. */
const DEFAULT_ROWS = 512;
/** Fast-dLLM (arXiv 2505.22618) computes keys and values anew with each block of 32 tokens, at about two tokens a step. */
const DEFAULT_KEPT_STEPS = 16;

/**
 * Writes an imported network as a bundle, tensor by tensor. Everything is written beside `out`, synced and checked; only
 * then it becomes `out`: there never is half a bundle there. What was whole when a run was cancelled or killed is not
 * written again by the next one.
 *
 * @param out a folder that is not there yet, or is empty
 * @throws Error if `out` holds something, a value does not fit into the precision, or the disk is full; nothing is left of
 *   what was written
 */
export async function writeForeignBundle(
  source: ForeignSource,
  out: string,
  { precision, name, signal, onProgress }: ForeignBundleOptions,
): Promise<void> {
  await refuseFilled(out);
  const { model } = source;
  const blockSize = precision.endsWith('-blocks') ? largestBlock(model) : undefined;
  const layout = foreignLayout(model, precision, blockSize);
  const unfinished = await UnfinishedBundle.open(out, { layout, of: source.fingerprint });
  const { folder } = unfinished;
  try {
    const weights = await writeWeights(folder, layout, source, {
      signal,
      onProgress,
      written: unfinished.weights,
      onWritten: (file) => unfinished.add(file),
    });
    const put = async (file: string, data: Uint8Array): Promise<BundleFile> => {
      const stored = await StoredFile.create(path.join(folder, file), file);
      try {
        await stored.write(data);
        return await stored.end();
      } catch (error) {
        await stored.close().catch(() => undefined);
        throw error;
      }
    };
    const graph = await put('model.onnx', buildForeignGraph(model, layout, 'widened'));
    const halfGraph =
      precision === 'f16'
        ? await put('model-f16.onnx', buildForeignGraph(model, layout, 'halves'))
        : undefined;
    const tokenizer = await put('tokenizer.json', source.tokenizer);
    if (source.tokenizerConfig) await put('tokenizer_config.json', source.tokenizerConfig);
    for (const [file, text] of source.papers) await put(file, text);
    const config: ForeignConfig = {
      format: 1,
      kind: 'foreign',
      name,
      precision,
      blockSize,
      model,
      window: { rows: Math.min(DEFAULT_ROWS, graphPositions(model)) },
      keptSteps: DEFAULT_KEPT_STEPS,
      origin: source.origin,
      licence: source.licence,
      files: { graph, halfGraph, tokenizer, weights },
    };
    const json: unknown = JSON.parse(JSON.stringify(config));
    await put(CONFIG_FILE, Buffer.from(`${JSON.stringify(config, null, 2)}\n`));
    signal?.throwIfAborted();
    await checkForeignBundle(new FolderFiles(folder), json);
    await unfinished.finish();
  } catch (error) {
    await (signal?.aborted ? unfinished.leave() : unfinished.remove());
    throw error;
  }
}

async function refuseFilled(out: string): Promise<void> {
  const present = await fs.readdir(out).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new Error(`${out} is not a folder. Name another one.`, { cause: error });
  });
  if (present.length > 0) throw new Error(`${out} is not empty. Remove it, or name another folder.`);
}
