/** The CPU backend: tfjs on WebAssembly (SIMD), with the kernel that it lacks for training and two faster ones. */
import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { projectRequire } from '../project-require';
import type { WasmBackend } from './wasm-backend';
import { registerSegmentSum, replaceGather } from './gather';
import { replaceMatMul } from './matmul';

/** Folder of the three .wasm files: `wasm` beside the bundle if the build put them there, else the package's. */
function wasmFolder(): string {
  const beside = join(dirname(process.argv[1] ?? '.'), 'wasm');
  if (existsSync(beside)) return beside + sep;
  return join(dirname(projectRequire.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist') + sep;
}

let replaced = false;

/** Makes tfjs's wasm backend the current one. */
export async function startWasm(): Promise<void> {
  setWasmPaths(wasmFolder());
  if (!(await tf.setBackend('wasm')))
    throw new Error(
      'The WebAssembly backend of TensorFlow.js did not start; is tfjs-backend-wasm installed completely (run npm ci)?',
    );
  if (replaced) return;
  replaced = true;
  registerSegmentSum();
  replaceGather();
  replaceMatMul(tf.backend() as unknown as WasmBackend);
}

/** Puts an error of the wasm backend in a user's words: lack of memory shows as an access out of bounds. */
export function explainWasmError(error: unknown): unknown {
  // Node's types do not have WebAssembly.RuntimeError.
  if (!(error instanceof Error && error.name === 'RuntimeError')) return error;
  return new Error(
    `The CPU backend ran out of memory (WebAssembly: ${error.message}). ` +
      'Take fewer samples at once: a smaller --batch, and --accumulate to make up for it.',
    { cause: error },
  );
}
