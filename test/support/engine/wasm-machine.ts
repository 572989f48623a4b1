import type { Machine } from '../../../src/engine/model/runtime/machine';
import { NODE_MACHINE } from '../../../src/engine/model/runtime/node-machine';

/** Node, as it is where there is no native build. */
export const WASM_MACHINE: Machine = {
  ...NODE_MACHINE,
  loadOrt: async () => {
    const ort = await import('onnxruntime-web');
    ort.env.wasm.numThreads = 1;
    ort.env.logLevel = 'fatal';
    return { kind: 'wasm', ort };
  },
};
