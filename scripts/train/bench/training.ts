/** Whole training steps: speed, where the time goes, and whether f16 matrices follow the f32 loss. */
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../../../src/engine/training';
import { activeGpu, type Gpu, type MatrixUnit } from '../backend/gpu';
import { Network } from '../network/network';
import type { OptimizerName } from '../run/optimizer';
import { Trainer } from '../run/trainer';
import { PRESETS } from '../settings/presets';
import { trainerOptions } from '../settings/settings';
import type { Log } from './log';
import { syntheticBatch, type BatchShape } from './synthetic';

export interface Speed {
  readonly tokensPerSecond: number;
  /** Of the model: what its matrix products need by definition, forward and backward. */
  readonly teraflops: number;
  readonly millisecondsPerStep: number;
  /** The time of recording a step on the CPU. */
  readonly hostMilliseconds: number;
  /** Sum of the kernels' times on the device in one step; undefined where it keeps no time. */
  readonly gpuMilliseconds: number | undefined;
  /** Share of a step's time in which no kernel ran. */
  readonly idleShare: number | undefined;
  /** Memory of the device at its peak: buffers are used again, never given back. */
  readonly peakGiB: number;
  readonly losses: readonly number[];
}

/** Floating point operations of one step's matrix products, forward and backward. */
export function stepFlops(
  { layers, width, heads, headWidth, swiglu, vocabulary }: Architecture,
  { batch, length, predictedShare }: BatchShape,
): number {
  const rows = batch * length;
  const perRow =
    layers * (4 * width * heads * headWidth + 3 * width * swiglu + 2 * length * heads * headWidth);
  return 6 * (rows * perRow + rows * predictedShare * width * vocabulary);
}

export interface TrainingLength {
  readonly steps: number;
  /** Default: the base preset's. */
  readonly optimizer?: OptimizerName;
}

function learningRate(step: number): number {
  return 1e-3 * Math.min(1, (step + 1) / 10);
}

/** Trains `steps` steps on a few batches over and over and prints the speed of the later ones. */
export async function timeTraining(
  log: Log,
  name: string,
  config: Architecture,
  shape: BatchShape,
  { steps, optimizer = PRESETS.base.optimizer }: TrainingLength,
  quiet = false,
): Promise<Speed> {
  const network = new Network(config, 1);
  const trainer = new Trainer(network, trainerOptions({ ...PRESETS.base, optimizer }));
  const batches = Array.from({ length: 4 }, (_, i) => syntheticBatch(shape, i + 1));
  const losses: number[] = [];
  const warmUp = Math.min(3, steps - 1);
  let start = performance.now();
  let host = 0;
  const finish = async (): Promise<void> => {
    await activeGpu()?.finish();
  };
  // Reading a loss waits for nothing by itself; the promises are awaited at the end.
  const pending: Promise<number>[] = [];
  for (let step = 0; step < steps; step++) {
    if (step === warmUp) {
      await finish();
      if (!quiet)
        log.line(`${name}: ${warmUp} steps with compilation in ${(performance.now() - start).toFixed(0)} ms`);
      start = performance.now();
      host = 0;
    }
    const before = performance.now();
    pending.push(trainer.step(batches[step % batches.length]!, learningRate(step)).loss);
    host += performance.now() - before;
    // Two steps in flight keep the device busy and the queue short.
    if (step >= 2) losses.push(await pending[step - 2]!);
  }
  await finish();
  const timedSteps = steps - warmUp;
  const milliseconds = (performance.now() - start) / timedSteps;
  losses.push(...(await Promise.all(pending.slice(-2))));
  const tokensPerSecond = (shape.batch * shape.length * 1000) / milliseconds;
  const teraflops = stepFlops(config, shape) / milliseconds / 1e9;
  const memory = tf.memory() as { numBytesAllocatedInGPU?: number; numTensors: number };
  const peakGiB = (memory.numBytesAllocatedInGPU ?? 0) / 2 ** 30;
  const gpu = activeGpu();
  const gpuMilliseconds =
    gpu?.capabilities.timestamps === true
      ? await kernelTable(gpu, log, () => void trainer.step(batches[0]!, 0), quiet)
      : undefined;
  // Kernels timed one by one do not overlap: on a busy device their sum can exceed the step's time.
  const idleShare =
    gpuMilliseconds === undefined ? undefined : Math.max(0, 1 - gpuMilliseconds / milliseconds);
  const hostMilliseconds = host / timedSteps;
  if (!quiet)
    log.line(
      [
        `${name}: ${Math.round(tokensPerSecond)} tokens/s`,
        `${teraflops.toFixed(1)} TFLOP/s`,
        `${milliseconds.toFixed(1)} ms per step`,
        `host ${hostMilliseconds.toFixed(1)} ms`,
        ...(gpuMilliseconds === undefined ? [] : [`GPU ${gpuMilliseconds.toFixed(1)} ms`]),
        ...(idleShare === undefined ? [] : [`idle ${(100 * idleShare).toFixed(0)} %`]),
        `peak ${peakGiB.toFixed(2)} GiB`,
        `${memory.numTensors} tensors`,
      ].join(', '),
    );
  trainer.dispose();
  network.dispose();
  await gpu?.freeUnused();
  return {
    tokensPerSecond,
    teraflops,
    millisecondsPerStep: milliseconds,
    hostMilliseconds,
    gpuMilliseconds,
    idleShare,
    peakGiB,
    losses,
  };
}

/** Time on the device by kernel over one step, and their sum. */
async function kernelTable(gpu: Gpu, log: Log, step: () => void, quiet: boolean): Promise<number> {
  const times = await gpu.time(step);
  const sums = new Map<string, { count: number; milliseconds: number }>();
  for (const { name, milliseconds } of times) {
    const sum = sums.get(name) ?? { count: 0, milliseconds: 0 };
    sums.set(name, { count: sum.count + 1, milliseconds: sum.milliseconds + milliseconds });
  }
  const total = times.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  if (quiet) return total;
  const sorted = [...sums].sort(([, a], [, b]) => b.milliseconds - a.milliseconds);
  const row = (name: string, count: number, milliseconds: number): string[] => [
    name,
    String(count),
    milliseconds.toFixed(3),
    `${((100 * milliseconds) / total).toFixed(1)} %`,
  ];
  log.table([
    ['kernel', 'runs', 'ms', 'share'],
    ...sorted.map(([name, { count, milliseconds }]) => row(name, count, milliseconds)),
    row('all', times.length, total),
  ]);
  return total;
}

/** The same training with f16 matrices and in plain f32, losses side by side. */
export async function compareUnits(
  log: Log,
  gpu: Gpu,
  config: Architecture,
  shape: BatchShape,
  length: TrainingLength,
  withF32: boolean,
): Promise<Map<MatrixUnit, Speed>> {
  const own = gpu.matrixUnit;
  const units: MatrixUnit[] = own === 'f32' || !withF32 ? [own] : [own, 'f32'];
  const speeds = new Map<MatrixUnit, Speed>();
  for (const unit of units) {
    gpu.matrixUnit = unit;
    speeds.set(unit, await timeTraining(log, `train ${unit}`, config, shape, length));
  }
  gpu.matrixUnit = own;
  log.table([
    ['step', ...units],
    ...Array.from({ length: length.steps }, (_, step) => [
      String(step),
      ...units.map((unit) => speeds.get(unit)!.losses[step]!.toFixed(5)),
    ]),
  ]);
  return speeds;
}
