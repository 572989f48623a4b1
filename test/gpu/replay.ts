/** Steps that are replayed against steps that are recorded anew, on the current WebGPU device: bit for bit. */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu } from '../../scripts/train/backend/gpu';
import { syntheticBatch } from '../../scripts/train/bench/synthetic';
import { Network, type Batch } from '../../scripts/train/network/network';
import type { Averaging } from '../../scripts/train/together/averaging';
import { averagingBy } from '../../scripts/train/together/averaging-by';
import { Trainer, type StepNumbers, type StepResult } from '../../scripts/train/run/trainer';
import { MUON } from '../support/train/optimizer-cases';
import { exchangeWithTriple } from './exchanges';
import { CONFIG, type Outcome } from './suite';

function batchOf(seed: number, batch = 2): Batch {
  return syntheticBatch({ batch, length: 20, vocabulary: 60, holeShare: 0.5, predictedShare: 0.25 }, seed);
}

/** One step's kind of work, and what is done after it where steps are replayed, to disturb. */
interface Scenario {
  readonly name: string;
  readonly steps: number;
  step(trainer: Trainer, number: number, averaging: Averaging): StepResult | Promise<StepResult>;
  disturb?(trainer: Trainer, number: number): Promise<void>;
}

function rate(number: number): number {
  return 1e-3 * (1 + number);
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'each its own batch and rate, one not finite; evaluated, saved and restored in between',
    steps: 7,
    step: (trainer, number) => {
      const batch = batchOf(number);
      const weights = number === 3 ? batch.weights.map(() => Infinity) : batch.weights;
      return trainer.step({ ...batch, weights }, rate(number));
    },
    disturb: async (trainer, number) => {
      await trainer.withAverages(() => trainer.evaluate(batchOf(100 + number, 3)));
      const snapshot = await trainer.snapshot();
      if (number !== 4) return;
      trainer.step(batchOf(50), 1);
      trainer.restore(snapshot);
    },
  },
  {
    name: 'of two batches; other shapes and positions beyond the rotary table in between',
    steps: 6,
    step: (trainer, number) => {
      const size = number === 3 ? 3 : 2;
      const batches = [batchOf(2 * number, size), batchOf(2 * number + 1, size)];
      const far = (batch: Batch): Batch => ({
        ...batch,
        positions: batch.positions.map((position) => position + 600),
      });
      return trainer.step(number === 1 ? batches.map(far) : batches, rate(number));
    },
  },
  {
    name: 'averaged with another process; other shapes in between',
    steps: 6,
    step: (trainer, number, averaging) => {
      const size = number === 3 ? 3 : 2;
      return trainer.stepTogether(
        [batchOf(number, size), batchOf(number + 9, size)],
        rate(number),
        averaging,
      );
    },
  },
];

async function withTrainer<T>(replay: boolean, use: (trainer: Trainer) => Promise<T>): Promise<T> {
  const network = new Network(CONFIG, 5);
  const trainer = new Trainer(network, { emaDecay: 0.9, replay, optimizer: MUON });
  try {
    return await use(trainer);
  } finally {
    trainer.dispose();
    network.dispose();
  }
}

async function run(scenario: Scenario, replay: boolean) {
  return withTrainer(replay, async (trainer) => {
    const averaging = averagingBy(exchangeWithTriple());
    // Some numbers are read only when the next step is recorded already.
    const numbers: Promise<StepNumbers>[] = [];
    for (let number = 0; number < scenario.steps; number++) {
      numbers.push((await scenario.step(trainer, number, averaging)).numbers);
      if (replay) await scenario.disturb?.(trainer, number);
    }
    averaging.dispose();
    return { numbers: await Promise.all(numbers), snapshot: await trainer.snapshot() };
  });
}

/** How many numbers differ in any bit. */
function differing(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).filter((value, i) => !Object.is(value, b[i])).length;
}

export async function checkReplay(onOutcome: (outcome: Outcome) => void): Promise<void> {
  for (const scenario of SCENARIOS) {
    const [replayed, recorded] = [await run(scenario, true), await run(scenario, false)];
    const errors = (['loss', 'gradientNorm'] as const).map((key) =>
      differing(
        replayed.numbers.map((step) => step[key]),
        recorded.numbers.map((step) => step[key]),
      ),
    );
    for (const [name, values] of recorded.snapshot)
      if (name !== 'ema.updates') errors.push(differing(replayed.snapshot.get(name)!, values));
    onOutcome({ name: `replayed steps, ${scenario.name}`, errors, allowed: 0 });
  }
  onOutcome(await replayMany(8));
}

/** The growth by many replays of bind groups, tensors, buffers in use and bytes on the device. */
async function replayMany(replays: number): Promise<Outcome> {
  const gpu = activeGpu()!;
  let groups = 0;
  const create = gpu.device.createBindGroup.bind(gpu.device);
  Object.defineProperty(gpu.device, 'createBindGroup', {
    value: (descriptor: GPUBindGroupDescriptor) => {
      groups++;
      return create(descriptor);
    },
    configurable: true,
  });
  const errors = await withTrainer(true, async (trainer) => {
    const train = async (from: number, to: number): Promise<number[]> => {
      for (let number = from; number < to; number++) await trainer.step(batchOf(number), 1e-3).numbers;
      const { numTensors, numDataBuffers, ...memory } = tf.memory();
      const { numBytesInGPU, numBytesAllocatedInGPU } = memory as unknown as Record<string, number>;
      return [groups, numTensors, numDataBuffers, numBytesInGPU!, numBytesAllocatedInGPU!];
    };
    const before = await train(0, 2);
    return (await train(2, 2 + replays)).map((after, i) => after - before[i]!);
  });
  Reflect.deleteProperty(gpu.device, 'createBindGroup');
  return { name: `replayed steps, ${replays}, and nothing grows`, errors, allowed: 0 };
}
