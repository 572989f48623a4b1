import fs from 'node:fs';
import path from 'node:path';
import type { ForeignArchitecture } from '../../../src/engine/model/import/foreign-model';
import type { FileChange, HeaderEntry } from './safetensors-file';
import { randomTensor, type Base, type TestCheckpoint, type WriteOptions } from './tiny-checkpoint';

export interface Refusal {
  readonly base?: Base;
  /** Fields of config.json that are others; undefined: not there. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly change?: (checkpoint: TestCheckpoint) => unknown;
  readonly write?: WriteOptions;
  /** Changes files that have been written. */
  readonly edit?: (folder: string) => void;
  readonly architecture?: ForeignArchitecture;
  readonly names: readonly string[];
}

export const WEIGHTS = 'model.safetensors';
export const INDEX = 'model.safetensors.index.json';
export const NORM = 'model.norm.weight';

export function content(name: string, text: string | Uint8Array) {
  return (folder: string) => fs.writeFileSync(path.join(folder, name), text);
}
export function edited(name: string, change: (text: string) => string) {
  return (folder: string) => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, change(fs.readFileSync(file, 'utf8')));
  };
}
export function tensor(name: string, dtype: string, shape: readonly number[], value?: number) {
  return ({ tensors }: TestCheckpoint): void => {
    const made = randomTensor(dtype, shape, 1);
    if (value !== undefined) made.data[5] = value;
    tensors.set(name, made);
  };
}
export function tokenizer(key: string, value: unknown) {
  return (checkpoint: TestCheckpoint) => ((checkpoint.tokenizer as Record<string, unknown>)[key] = value);
}

export function file(change: FileChange): WriteOptions {
  return { changes: { [WEIGHTS]: change } };
}
export function entry(own: Partial<HeaderEntry>): WriteOptions {
  return file({ entries: (entries) => Object.assign(entries.find(([name]) => name === NORM)![1], own) });
}
