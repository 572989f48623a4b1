import type * as tf from '@tensorflow/tfjs-core';

/** The members of the wasm backend that kernels need; its type hides most of them. */
export interface WasmBackend {
  readonly wasm: {
    cwrap(name: string, returns: null, parameters: readonly string[]): (...values: unknown[]) => void;
    readonly tfjs: { disposeData(id: number): void };
  };
  readonly dataIdMap: {
    get(dataId: object): { readonly id: number; readonly memoryOffset: number };
    delete(dataId: object): boolean;
  };
  /** With an offset: a view of memory that another tensor owns. */
  makeOutput(shape: readonly number[], dtype: tf.DataType, memoryOffset?: number): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array | Int32Array;
  disposeData(dataId: object): boolean;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
