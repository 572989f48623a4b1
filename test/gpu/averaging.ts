/** Averaging on the current WebGPU device through files, against the same sums in JavaScript: bit for bit. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../../scripts/train/backend/gpu';
import { DeviceAveraging } from '../../scripts/train/together/device-averaging';
import { exchangesOf } from './exchanges';
import type { Outcome } from './suite';

/** 20 pieces of 64 numbers, so that every lane has several and the last piece is odd. */
const SHAPES = [[], [7], [24, 48], [97]];
const PROCESSES = 3;
const ROUNDS = 3;

function valuesOf(rank: number, round: number): number[][] {
  return SHAPES.map((shape, t) =>
    Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) =>
      i === 1 ? -0 : Math.fround(Math.sin(1 + i + 100 * t + 1000 * rank + 10_000 * round)),
    ),
  );
}

/** In float32, in the order of ranks. */
function meansOf(round: number): number[][] {
  const all = Array.from({ length: PROCESSES }, (_, rank) => valuesOf(rank, round));
  return SHAPES.map((_, t) =>
    all[0]![t]!.map((first, i) => {
      const sum = all.slice(1).reduce((total, values) => Math.fround(total + values[t]![i]!), first);
      return Math.fround(sum * Math.fround(1 / PROCESSES));
    }),
  );
}

export async function checkAveraging(onOutcome: (outcome: Outcome) => void): Promise<void> {
  for (const overlap of [false, true]) {
    const how = overlap ? 'while others are computed' : 'when all are computed';
    const errors = await errorsOf(overlap);
    onOutcome({ name: `averaged over ${PROCESSES} processes, ${how}`, errors, allowed: 0 });
  }
}

/** By round and process: how many numbers are not those of JavaScript's sums. */
async function errorsOf(overlap: boolean): Promise<number[]> {
  const gpu = activeGpu()!;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'llada-averaging-'));
  const exchanges = exchangesOf(folder, PROCESSES);
  const averagings = exchanges.map((exchange) => new DeviceAveraging(gpu, exchange, { piece: 64, overlap }));
  const errors: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const wanted = meansOf(round).flat();
    const results = await Promise.all(
      averagings.map(async (averaging, rank) => {
        const values = valuesOf(rank, round);
        const means = await averaging.average((onFinal) => {
          // The last is final before the others have their values, and one says nothing of itself.
          const tensors = SHAPES.map((shape) => tf.zeros(shape));
          for (const number of [3, 2, 0, 1]) {
            gpu.write(tensors[number]!, new Float32Array(values[number]!));
            if (number !== 0) onFinal?.(number, tensors[number]!);
          }
          return tensors;
        });
        const read = await gpu.read(means);
        tf.dispose([...means]);
        return read;
      }),
    );
    errors.push(...results.map((read) => wanted.filter((value, i) => !Object.is(value, read[i])).length));
  }
  for (const averaging of averagings) averaging.dispose();
  for (const exchange of exchanges) exchange.close();
  fs.rmSync(folder, { recursive: true });
  return errors;
}
