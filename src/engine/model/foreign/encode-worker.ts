/** A thread that turns rows of weights into another form; started by row-encoders.ts. */
import { parentPort } from 'node:worker_threads';
import { encodeRows, type EncodedForm } from './encode-rows';

export interface EncodeJob {
  readonly data: Float32Array;
  readonly inputs: number;
  readonly form: EncodedForm;
}

parentPort?.on('message', ({ data, inputs, form }: EncodeJob) => {
  const encoded = encodeRows(data, inputs, form);
  const buffers = [encoded.values.buffer, ...(encoded.scales ? [encoded.scales.buffer] : [])];
  parentPort!.postMessage(encoded, buffers as ArrayBuffer[]);
});
