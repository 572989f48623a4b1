import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { refusal, shown } from './import-error';
import { headerLength, LENGTH_BYTES, parseHeader, type StoredTensor } from './safetensors';
import type { SourceFolder } from './source-folder';
import { isObject } from './strict-json';

const SINGLE_FILE = 'model.safetensors';
export const INDEX_FILE = 'model.safetensors.index.json';
/** Enough to know a file of another format by, beside the length. */
const BEGINNING_BYTES = 64;

/** A tensor and the file that it lies in. */
export interface LocatedTensor extends StoredTensor {
  readonly file: string;
  readonly handle: FileHandle;
}

/** All weight files of a checkpoint, open, their headers read and checked. */
export interface WeightFiles {
  /** The file that stands for all of them in messages: the index, or the single one. */
  readonly main: string;
  /** By the names in the files. */
  readonly tensors: ReadonlyMap<string, LocatedTensor>;
  close(): Promise<void>;
}

/**
 * Opens the files that the index names, or the single one. What the index does not name is not read.
 *
 * @throws EngineError `import-refused` before any weight is read
 */
export async function openWeightFiles(source: SourceFolder): Promise<WeightFiles> {
  refuseAdapter(source);
  const weightMap = await readIndex(source);
  const names = namesIn(source, weightMap);
  // Before anything is opened: a name that leads out, or a shard that is missing.
  for (const name of names) await source.pathOf(name, weightMap && INDEX_FILE);
  const opened: FileHandle[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((handle) => handle.close()));
  };
  try {
    const tensors = new Map<string, LocatedTensor>();
    for (const file of names) {
      const { handle, size } = await source.openFile(file, weightMap && INDEX_FILE);
      opened.push(handle);
      for (const tensor of (await readHeader(file, handle, size)).values()) {
        const other = tensors.get(tensor.name);
        if (other) throw twice(tensor.name, other.file, file);
        tensors.set(tensor.name, { ...tensor, file, handle });
      }
    }
    if (weightMap) checkAgainstIndex(weightMap, tensors);
    return { main: weightMap ? INDEX_FILE : SINGLE_FILE, tensors, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Another one when a file has been written to. */
export async function fingerprintOf({ tensors }: WeightFiles): Promise<string> {
  const handles = new Map([...tensors.values()].map(({ file, handle }) => [file, handle]));
  const stats = await Promise.all(
    [...handles].map(async ([file, handle]) => {
      const { size, mtimeMs } = await handle.stat();
      return [file, size, mtimeMs];
    }),
  );
  return JSON.stringify(stats);
}

/** Names of the weight files, as the index has them, or the single one's. */
export async function weightFileNames(source: SourceFolder): Promise<string[]> {
  return namesIn(source, await readIndex(source));
}

function namesIn(source: SourceFolder, weightMap: ReadonlyMap<string, string> | undefined): string[] {
  return weightMap ? [...new Set(weightMap.values())] : [singleFile(source)];
}

async function readHeader(
  file: string,
  handle: FileHandle,
  size: number,
): Promise<Map<string, StoredTensor>> {
  const beginning = await readAt(file, handle, 0, Math.min(size, BEGINNING_BYTES));
  const length = headerLength(file, beginning, size);
  return parseHeader(file, await readAt(file, handle, LENGTH_BYTES, length), size);
}

/**
 * Reads bytes of a file, all of them.
 *
 * @throws EngineError `import-refused` when the file ends before
 */
export async function readAt(
  file: string,
  handle: FileHandle,
  begin: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, begin + done);
    if (bytesRead === 0)
      throw refusal(file, 'it has become shorter while it was read', 'Leave it alone, and run again.');
    done += bytesRead;
  }
  return bytes;
}

/** @returns the index's map of tensors to files, or undefined where there is no index */
async function readIndex(source: SourceFolder): Promise<Map<string, string> | undefined> {
  if (!source.has(INDEX_FILE)) return undefined;
  const { weight_map: weightMap } = await source.readObject(INDEX_FILE);
  if (!isObject(weightMap) || Object.keys(weightMap).length === 0) {
    throw refusal(
      INDEX_FILE,
      'weight_map is no object that names the file of each tensor',
      'Get the file again.',
    );
  }
  const map = new Map<string, string>();
  for (const [tensor, file] of Object.entries(weightMap)) {
    if (typeof file !== 'string' || file === '') {
      throw refusal(
        INDEX_FILE,
        `weight_map gives ${shown(file)} as the file of ${shown(tensor)}`,
        'Get the file again.',
      );
    }
    map.set(tensor, path.posix.normalize(file));
  }
  if (source.has(SINGLE_FILE) && ![...map.values()].includes(SINGLE_FILE)) {
    throw refusal(
      SINGLE_FILE,
      `it is there beside ${INDEX_FILE}, which does not name it; loaders disagree on which of the two counts`,
      'Remove the one that is not the model.',
    );
  }
  return map;
}

/** Beside a whole model, too: some loaders would take the adapter, others only the model. */
function refuseAdapter({ names }: SourceFolder): void {
  const adapter = names.find((name) => /^adapter_(model\.|config\.json$)/.test(name));
  if (adapter === undefined) return;
  throw refusal(
    adapter,
    'this is a LoRA adapter, which changes another model, not a whole one',
    'Merge it into its base model first (merge_and_unload in PEFT) and import the result; if the model beside it is the result, remove the adapter.',
  );
}

function singleFile(source: SourceFolder): string {
  if (source.has(SINGLE_FILE)) return SINGLE_FILE;
  const { names } = source;
  const shards = names.filter((name) => name.endsWith('.safetensors'));
  if (shards.length > 0) {
    throw refusal(
      INDEX_FILE,
      `it is missing; only it says how ${shards.slice(0, 3).join(', ')} make up the model (and there is no ${SINGLE_FILE})`,
      'Get the whole checkpoint, with the index.',
    );
  }
  const other = names.find((name) =>
    /\.(bin|pt|pth|ckpt|gguf|msgpack|h5|npz|onnx)(\.index\.json)?$/.test(name),
  );
  const why = /\.(bin|pt|pth|ckpt)/.test(other ?? '') ? ' (pickled weights can run code)' : '';
  throw refusal(
    SINGLE_FILE,
    other === undefined
      ? 'there are no safetensors files in the folder'
      : `there are no safetensors files in the folder, and ${other} is not read${why}`,
    'Get the model as safetensors, or save it so (save_pretrained in transformers).',
  );
}

function checkAgainstIndex(
  weightMap: ReadonlyMap<string, string>,
  tensors: ReadonlyMap<string, LocatedTensor>,
): void {
  for (const [name, file] of weightMap) {
    const found = tensors.get(name);
    if (found?.file === file) continue;
    const where = found ? `; it is in ${found.file}` : '';
    throw refusal(
      INDEX_FILE,
      `it says that the tensor ${shown(name)} is in ${file}, whose header does not have it${where}`,
      'Get the whole checkpoint again: index and files do not belong together.',
    );
  }
  const unlisted = [...tensors.values()].find(({ name, begin, end }) => !weightMap.has(name) && begin < end);
  if (unlisted) {
    throw refusal(
      INDEX_FILE,
      `it does not list the tensor ${shown(unlisted.name)}, which is in ${unlisted.file}`,
      'Get the whole checkpoint again: index and files do not belong together.',
    );
  }
}

function twice(name: string, one: string, other: string): Error {
  return refusal(
    other,
    `the tensor ${shown(name)} is in ${one}, too; loaders disagree on which one counts`,
    'Get the whole checkpoint again, or save the model anew.',
  );
}
