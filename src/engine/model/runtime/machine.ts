import type * as Ort from 'onnxruntime-node';
import type { ProviderName } from '../../contract/provider';

/** ONNX Runtime as it is here: its native build, or the WebAssembly one. */
export interface OrtModule {
  readonly kind: 'native' | 'wasm';
  /** All of its packages export the same interface, onnxruntime-common's. */
  readonly ort: Pick<typeof Ort, 'env' | 'InferenceSession' | 'Tensor'>;
}

/** Remembers providers whose trial ended the process. */
export interface Crashes {
  /** Where it is written down that a trial of `name` ended its process lately. */
  find(name: string): string | undefined;
  during<T>(name: string, trial: () => Promise<T>): Promise<T>;
}

/** The machine that models run on, as far as a Node process and a browser differ in it. */
export interface Machine {
  /** Its name in messages. */
  readonly name: string;
  /** Of the CPU provider, unless the caller says otherwise. */
  readonly threads: number;
  /** The execution providers that there can be, fastest first. */
  readonly providers: readonly ProviderName[];
  readonly crashes: Crashes;
  /**
   * @param threads of the WebAssembly build, which takes their number once
   * @throws EngineError `provider-unavailable` when it is not there
   */
  loadOrt(threads: number): Promise<OrtModule>;
}
