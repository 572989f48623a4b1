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
  const gpu = activeGpu()!;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'llada-averaging-'));
  const exchanges = exchangesOf(folder, PROCESSES);
  const averagings = exchanges.map((exchange) => new DeviceAveraging(gpu, exchange, 64));
  const errors: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const wanted = meansOf(round).flat();
    const results = await Promise.all(
      averagings.map(async (averaging, rank) => {
        const tensors = valuesOf(rank, round).map((values, t) => tf.tensor(values, SHAPES[t], 'float32'));
        const read = await gpu.read(await averaging.average(tensors));
        tf.dispose(tensors);
        return read;
      }),
    );
    errors.push(...results.map((read) => wanted.filter((value, i) => !Object.is(value, read[i])).length));
  }
  for (const averaging of averagings) averaging.dispose();
  for (const exchange of exchanges) exchange.close();
  fs.rmSync(folder, { recursive: true });
  onOutcome({ name: `averaged over ${PROCESSES} processes`, errors, allowed: 0 });
}
