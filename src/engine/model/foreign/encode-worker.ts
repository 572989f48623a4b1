/** A thread that turns rows of weights into another form; started by row-encoders.ts. */
import { parentPort } from 'node:worker_threads';
import { encodeRows, type EncodedForm, type StoredRows } from './encode-rows';

export interface EncodeJob {
  readonly rows: StoredRows;
  readonly form: EncodedForm;
}

parentPort?.on('message', ({ rows, form }: EncodeJob) => {
  const encoded = encodeRows(rows, form);
  const buffers = [encoded.values.buffer, ...(encoded.scales ? [encoded.scales.buffer] : [])];
  parentPort!.postMessage(encoded, buffers as ArrayBuffer[]);
});
