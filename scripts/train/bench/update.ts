/** Times an optimiser's update, apart from the step around it. */
import * as tf from '@tensorflow/tfjs-core';
import { type Architecture, elements, parameterShapes } from '../../../src/engine/training';
import type { Gpu } from '../backend/gpu';
import { Replayer } from '../backend/plan';
import { NEWTON_SCHULZ } from '../ops/muon/newton-schulz';
import { Optimizer, OPTIMIZERS, type OptimizerName } from '../run/optimizer';
import { PRESETS } from '../settings/presets';
import { trainerOptions } from '../settings/settings';
import type { Log } from './log';
import { values } from './matmul-check';
import { stepFlops } from './training';
import type { BatchShape } from './synthetic';

export interface Update {
  readonly network: string;
  readonly optimizer: OptimizerName;
  readonly kernels: number;
  /** One update after the other, replayed as in training. */
  readonly milliseconds: number;
  /** Sum of the separately timed kernels; undefined where the device keeps no time. */
  readonly kernelMilliseconds: number | undefined;
  /** Of the products of Newton and Schulz, as a share of those of a step. */
  readonly flopShare: number;
  /** Of a step's time, where that was measured; and of one with four times the positions, by accumulation. */
  readonly share: number | undefined;
  readonly shareOfFour: number | undefined;
}

const WARM_UP = 3;
const UPDATES = 20;

/** Floating point operations of Muon's products in one update. */
export function muonFlops(architecture: Architecture): number {
  return parameterShapes(architecture)
    .filter(({ name, shape }) => shape.length === 2 && name !== 'embedding')
    .reduce((sum, { shape }) => {
      const [side, other] = [Math.min(...shape), Math.max(...shape)];
      return sum + NEWTON_SCHULZ.steps * 2 * side ** 2 * (2 * other + side);
    }, 0);
}

/**
 * Times the update of each network by each optimiser and prints them.
 *
 * @param stepMilliseconds of whole steps by network's name and optimiser, where they were measured
 */
export async function timeUpdates(
  log: Log,
  gpu: Gpu,
  networks: readonly (readonly [name: string, architecture: Architecture])[],
  shape: BatchShape,
  stepMilliseconds: (network: string, optimizer: OptimizerName) => number | undefined,
): Promise<Update[]> {
  const updates: Update[] = [];
  for (const [network, architecture] of networks)
    for (const optimizer of OPTIMIZERS) {
      const { kernels, milliseconds, kernelMilliseconds } = await timeUpdate(gpu, architecture, optimizer);
      const step = stepMilliseconds(network, optimizer);
      updates.push({
        network,
        optimizer,
        kernels,
        milliseconds,
        kernelMilliseconds,
        flopShare: optimizer === 'muon' ? muonFlops(architecture) / stepFlops(architecture, shape) : 0,
        share: step && milliseconds / step,
        shareOfFour: step && milliseconds / (4 * step - 3 * milliseconds),
      });
    }
  const percent = (share: number | undefined): string =>
    share === undefined ? '' : `${(100 * share).toFixed(1)} %`;
  const rows = shape.batch * shape.length;
  log.table([
    [
      ...['update', 'kernels', 'ms', 'ms, sum of kernels', 'FLOPs of a step’s'],
      ...[`of a step of ${rows}`, `of one of ${4 * rows}`],
    ],
    ...updates.map((update) => [
      `${update.network}, ${update.optimizer}`,
      String(update.kernels),
      update.milliseconds.toFixed(2),
      update.kernelMilliseconds?.toFixed(2) ?? '',
      percent(update.flopShare),
      percent(update.share),
      percent(update.shareOfFour),
    ]),
  ]);
  return updates;
}

async function timeUpdate(
  gpu: Gpu,
  architecture: Architecture,
  name: OptimizerName,
): Promise<Pick<Update, 'kernels' | 'milliseconds' | 'kernelMilliseconds'>> {
  const shapes = parameterShapes(architecture);
  const drawn = (seed: number): [string, tf.Tensor][] =>
    shapes.map(({ name: parameter, shape }, i) => [
      parameter,
      tf.tensor(values(elements(shape), seed + i), [...shape]),
    ]);
  const parameters = new Map(drawn(1).map(([parameter, tensor]) => [parameter, tf.variable(tensor, false)]));
  const gradients = new Map(drawn(7));
  const settings = trainerOptions({ ...PRESETS.base, optimizer: name }).optimizer!;
  const optimizer = new Optimizer(parameters, settings);
  const replayer = new Replayer(gpu);
  const update = (): void => {
    replayer.run([], () => [optimizer.apply(gradients)]);
  };
  optimizer.setRate(0);
  for (let i = 0; i < WARM_UP; i++) update();
  await gpu.finish();
  const start = performance.now();
  for (let i = 0; i < UPDATES; i++) update();
  await gpu.finish();
  const milliseconds = (performance.now() - start) / UPDATES;
  const times = await gpu.time(update);
  const kernelMilliseconds =
    times.length === 0 ? undefined : times.reduce((sum, time) => sum + time.milliseconds, 0);
  const kernels = replayer.kernels;
  replayer.dispose();
  optimizer.dispose();
  tf.dispose([...parameters.values(), ...gradients.values()]);
  await gpu.freeUnused();
  return { kernels, milliseconds, kernelMilliseconds };
}
