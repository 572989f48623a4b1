import * as ort from 'onnxruntime-web/wasm';
import type { Machine, OrtModule } from '../engine/web';

/** The files of ONNX Runtime's WebAssembly build, read beforehand: nothing is fetched. */
export interface OrtFiles {
  readonly wasm: Uint8Array<ArrayBuffer>;
  /** The JavaScript around it, an ES module. */
  readonly mjs: Uint8Array<ArrayBuffer>;
}

/** A browser, from inside a worker. */
export function browserMachine(files: OrtFiles): Machine {
  let loaded: OrtModule | undefined;
  return {
    name: 'a browser',
    threads: crossOriginIsolated ? isolatedThreads() : 1,
    providers: ['cpu'],
    // Nothing is ever on trial.
    crashes: { find: () => undefined, during: (_name, trial) => trial() },
    loadOrt: (threads) => Promise.resolve((loaded ??= prepare(files, threads))),
  };
}

/**
 * Threads share their memory, which browsers allow to isolated pages only. As many as ONNX Runtime takes by itself there:
 * they wait for each other by spinning, and the page, the extension host and whatever else runs want cores too.
 */
function isolatedThreads(): number {
  return Math.min(4, Math.ceil(navigator.hardwareConcurrency / 2));
}

/** The library starts when the first model is opened; what it is told before then counts. */
function prepare({ wasm, mjs }: OrtFiles, threads: number): OrtModule {
  ort.env.logLevel = 'fatal';
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmBinary = wasm;
  // Its threads load it too, whenever they are started: the address stays good.
  ort.env.wasm.wasmPaths = { mjs: URL.createObjectURL(new Blob([mjs], { type: 'text/javascript' })) };
  return { kind: 'wasm', ort };
}
