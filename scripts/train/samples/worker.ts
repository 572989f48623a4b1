/** Builds training batches in a worker thread: tokenising and masking never keep the device waiting. */
import { parentPort, workerData } from 'node:worker_threads';
import { FastBpe } from '../../../src/engine/training';
import { batchNumber, buildBatch } from './batch';
import type { BatchStreamConfig } from './batch-stream';

const { corpus, tokenizer, config, seed, part, lateFrom } = workerData as BatchStreamConfig;
const BPE = new FastBpe(tokenizer);

parentPort?.on('message', (index: number) => {
  const number = batchNumber(part, index);
  const batch = buildBatch(corpus, (text) => BPE.encode(text), config, seed, number, number >= lateFrom);
  const buffers = [batch.ids, batch.positions, batch.kinds, batch.rows, batch.targets, batch.weights];
  parentPort?.postMessage(
    { index, batch },
    buffers.map((array) => array.buffer as ArrayBuffer),
  );
});
