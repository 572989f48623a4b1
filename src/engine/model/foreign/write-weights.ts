import path from 'node:path';
import type { BundleFile } from '../bundle/bundle-config';
import type { ForeignSource, TensorSource } from '../import/foreign-model';
import { encodePiece, encodeVector, type EncodedChunk } from './encode-tensors';
import type { ForeignLayout } from './foreign-layout';
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
): Promise<BundleFile[]> {
  const all = layout.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const written: BundleFile[] = [];
  let file: StoredFile | undefined;
  let present = '';
  let done = 0;
  try {
    for await (const chunk of encodedTensors(layout, source)) {
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
  }
  return written;
}

async function* encodedTensors(
  layout: ForeignLayout,
  { tensors }: Pick<ForeignSource, 'tensors'>,
): AsyncGenerator<EncodedChunk, void> {
  for (const tensor of layout.tensors) {
    const source = checkedSource(tensors, tensor.name);
    if ('pieces' in tensor) {
      for (const piece of tensor.pieces) yield* encodePiece(piece, tensor.inputs, source);
    } else yield* encodeVector(tensor, source);
  }
}

function checkedSource(tensors: ForeignSource['tensors'], name: string): TensorSource {
  const source = tensors.get(name);
  if (!source) throw new Error(`The checkpoint has no tensor "${name}".`);
  return source;
}
