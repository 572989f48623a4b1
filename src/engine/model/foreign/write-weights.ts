import path from 'node:path';
import type { BundleFile } from '../bundle/bundle-config';
import type { ForeignSource, TensorSource } from '../import/foreign-model';
import { pieceTasks, vectorTask, type EncodedChunk, type EncodeTask } from './encode-tensors';
import type { ForeignLayout } from './foreign-layout';
import { RowEncoders } from './row-encoders';
import { StoredFile } from './stored-file';

/**
 * Writes the weights files, tensor by tensor, in pieces of some rows.
 *
 * @param folder where they go; none of them may be there
 * @param onProgress told how much is written, in bytes
 * @throws Error if the checkpoint lacks a tensor, a value does not fit into the precision, or the disk is full
 */
export async function writeWeights(
  folder: string,
  layout: ForeignLayout,
  source: Pick<ForeignSource, 'tensors'>,
  signal?: AbortSignal,
  onProgress?: (done: number, all: number) => void,
  encoders = new RowEncoders(elementsOf(source)),
): Promise<BundleFile[]> {
  const all = layout.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const written: BundleFile[] = [];
  let file: StoredFile | undefined;
  let present = '';
  let done = 0;
  try {
    for await (const chunk of inOrder(tasksOf(layout, source, encoders), encoders.ahead)) {
      signal?.throwIfAborted();
      if (chunk.file !== present) {
        if (file) written.push(await file.end());
        file = await StoredFile.create(path.join(folder, chunk.file), chunk.file);
        present = chunk.file;
      }
      await file!.write(chunk.data, chunk.offset);
      onProgress?.((done += chunk.data.byteLength), all);
    }
    if (file) written.push(await file.end());
  } catch (error) {
    await file?.close().catch(() => undefined);
    throw error;
  } finally {
    await encoders.close();
  }
  return written;
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
): Generator<EncodeTask, void> {
  for (const tensor of layout.tensors) {
    const source = checkedSource(tensors, tensor.name);
    if ('pieces' in tensor) {
      for (const piece of tensor.pieces) yield* pieceTasks(piece, tensor.inputs, source, encoders);
    } else yield vectorTask(tensor, source);
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
