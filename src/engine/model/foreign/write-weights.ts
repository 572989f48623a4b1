import path from 'node:path';
import type { BundleFile } from '../bundle/bundle-config';
import type { ForeignSource, TensorSource } from '../import/foreign-model';
import { pieceTasks, vectorTask, type EncodedChunk, type EncodeTask } from './encode-tensors';
import type { ForeignLayout } from './foreign-layout';
import { RowEncoders } from './row-encoders';
import { StoredFile } from './stored-file';

export interface WeightsRun {
  readonly signal?: AbortSignal | undefined;
  /** Told how much is written, in bytes. */
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
  /** Files that are there already, whole. */
  readonly written?: readonly BundleFile[];
  /** Told of each file as soon as it is whole. */
  readonly onWritten?: (file: BundleFile) => Promise<void>;
  readonly encoders?: RowEncoders;
}

/**
 * Writes the weights files, tensor by tensor, in pieces of some rows.
 *
 * @param folder where they go
 * @returns all of them, in their order
 * @throws Error if the checkpoint lacks a tensor, a value does not fit into the precision, or the disk is full
 */
export async function writeWeights(
  folder: string,
  layout: ForeignLayout,
  source: Pick<ForeignSource, 'tensors'>,
  {
    signal,
    onProgress,
    written = [],
    onWritten,
    encoders = new RowEncoders(elementsOf(source)),
  }: WeightsRun = {},
): Promise<BundleFile[]> {
  const all = layout.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const whole = new Map(written.map((file) => [file.name, file]));
  let done = written.reduce((sum, { bytes }) => sum + bytes, 0);
  let file: StoredFile | undefined;
  const end = async (): Promise<void> => {
    if (!file) return;
    const stored = await file.end();
    file = undefined;
    whole.set(stored.name, stored);
    await onWritten?.(stored);
  };
  const there = new Set(whole.keys());
  try {
    for await (const chunk of inOrder(tasksOf(layout, source, encoders, there), encoders.ahead)) {
      signal?.throwIfAborted();
      if (there.has(chunk.file)) continue;
      if (chunk.file !== file?.name) {
        await end();
        file = await StoredFile.create(path.join(folder, chunk.file), chunk.file);
      }
      await file.write(chunk.data, chunk.offset);
      onProgress?.((done += chunk.data.byteLength), all);
    }
    await end();
  } catch (error) {
    await file?.close().catch(() => undefined);
    throw error;
  } finally {
    await encoders.close();
  }
  return layout.files.map(({ name }) => whole.get(name)!);
}

function elementsOf({ tensors }: Pick<ForeignSource, 'tensors'>): number {
  let elements = 0;
  for (const { shape } of tensors.values()) elements += shape.reduce((product, size) => product * size, 1);
  return elements;
}

function* tasksOf(
  layout: ForeignLayout,
  { tensors }: Pick<ForeignSource, 'tensors'>,
  encoders: RowEncoders,
  there: ReadonlySet<string>,
): Generator<EncodeTask, void> {
  for (const tensor of layout.tensors) {
    const source = checkedSource(tensors, tensor.name);
    if (!('pieces' in tensor)) {
      if (!there.has(tensor.file)) yield vectorTask(tensor, source);
      continue;
    }
    for (const piece of tensor.pieces) {
      const { values, scales = values } = piece;
      const isThere = there.has(values.file) && there.has(scales.file);
      if (!isThere) yield* pieceTasks(piece, tensor.inputs, source, encoders);
    }
  }
}

/** Runs tasks, `ahead` of them together, and gives what they make in their order. */
async function* inOrder(tasks: Iterable<EncodeTask>, ahead: number): AsyncGenerator<EncodedChunk, void> {
  const running: Promise<readonly EncodedChunk[]>[] = [];
  for (const task of tasks) {
    const run = task();
    // Its failure is met when its turn comes.
    run.catch(() => undefined);
    running.push(run);
    if (running.length >= ahead) yield* await running.shift()!;
  }
  for (const run of running) yield* await run;
}

function checkedSource(tensors: ForeignSource['tensors'], name: string): TensorSource {
  const source = tensors.get(name);
  if (!source) throw new Error(`The checkpoint has no tensor "${name}".`);
  return source;
}
