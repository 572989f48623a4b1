/** Training by several processes, a GPU each, against one: what averaging costs beside the computing and after it. */
import type { Architecture } from '../../../src/engine/training';
import { activeGpu } from '../backend/gpu';
import { Network, type Batch } from '../network/network';
import type { OptimizerName } from '../run/optimizer';
import { Trainer, type StepResult } from '../run/trainer';
import { mean } from '../report/mean';
import { PRESETS } from '../settings/presets';
import { trainerOptions } from '../settings/settings';
import type { AveragingTimes } from '../together/averaging';
import { averagingBy } from '../together/averaging-by';
import type { Exchange } from '../together/exchange';
import type { Member } from '../together/team';
import type { Log } from './log';
import { syntheticBatch, type BatchShape } from './synthetic';

export interface TogetherOptions {
  readonly config: Architecture;
  readonly shape: BatchShape;
  /** Steps that are timed, after three that are not. */
  readonly steps: number;
  readonly optimizer: OptimizerName;
  /** Batches of a step, of all processes; a multiple of their number. */
  readonly batches: number;
}

interface Timed {
  readonly milliseconds: number;
  /** By process, where there are several: the mean over the steps. */
  readonly averaging: readonly AveragingTimes[];
}

const WARM_UP = 3;
const PARTS = ['computeMs', 'writeMs', 'waitMs', 'gatherMs'] as const;

/** The same steps alone (the leader only), averaged when all is computed, and averaged meanwhile; every process calls it. */
export async function timeTogether(
  log: Log | undefined,
  member: Member,
  options: TogetherOptions,
): Promise<void> {
  const { shape, batches } = options;
  const tokens = batches * shape.batch * shape.length;
  const rows: string[][] = [['', 'tokens/s', '× of one', 'ms per step']];
  const details: string[][] = [['process', ...PARTS]];
  let alone: number | undefined;
  const tell = (name: string, { milliseconds, averaging }: Timed): void => {
    const speed = (1000 * tokens) / milliseconds;
    alone ??= speed;
    rows.push([name, String(Math.round(speed)), (speed / alone).toFixed(2), milliseconds.toFixed(1)]);
    averaging.forEach((times, rank) =>
      details.push([`${name}, ${rank}`, ...PARTS.map((part) => times[part].toFixed(1))]),
    );
  };
  if (member.rank === 0) tell('one', await time(options, undefined, true));
  for (const overlap of [false, true])
    tell(overlap ? 'averaged meanwhile' : 'averaged after', await time(options, member, overlap));
  log?.table(rows);
  log?.table(details);
}

async function time(
  { config, shape, steps, optimizer, batches }: TogetherOptions,
  member: Member | undefined,
  overlap: boolean,
): Promise<Timed> {
  const network = new Network(config, 1);
  const trainer = new Trainer(network, trainerOptions({ ...PRESETS.base, optimizer }));
  const each = batches / (member?.size ?? 1);
  const first = each * (member?.rank ?? 0);
  const own = Array.from({ length: each }, (_, i): Batch => syntheticBatch(shape, 1 + first + i));
  const averaging = member && averagingBy(member.exchange, { overlap });
  const times: AveragingTimes[] = [];
  const inFlight: Promise<number>[] = [];
  let start = 0;
  for (let step = 0; step < WARM_UP + steps; step++) {
    if (step === WARM_UP) {
      await Promise.all(inFlight.splice(0));
      times.length = 0;
      start = performance.now();
    }
    const result: StepResult = averaging
      ? await trainer.stepTogether(own, 1e-4, averaging)
      : trainer.step(own, 1e-4);
    if (averaging?.times) times.push(averaging.times);
    // As in a run: two steps' numbers are on the way.
    inFlight.push(result.loss);
    if (inFlight.length > 2) await inFlight.shift();
  }
  await Promise.all(inFlight);
  const milliseconds = (performance.now() - start) / steps;
  averaging?.dispose();
  trainer.dispose();
  network.dispose();
  await activeGpu()?.freeUnused();
  return { milliseconds, averaging: member ? await shared(member.exchange, times) : [] };
}

/** Every process's mean times. */
async function shared(exchange: Exchange, times: readonly AveragingTimes[]): Promise<AveragingTimes[]> {
  const own = Float64Array.from(PARTS, (part) => mean(times.map((time) => time[part])));
  exchange.begin();
  await exchange.write(0, 0, new Uint8Array(own.buffer));
  await exchange.meet();
  const all: AveragingTimes[] = [];
  for (let rank = 0; rank < exchange.size; rank++) {
    const theirs = new Float64Array(PARTS.length);
    await exchange.read(rank, 0, 0, new Uint8Array(theirs.buffer));
    const [computeMs, writeMs, waitMs, gatherMs] = theirs as unknown as [number, number, number, number];
    all.push({ computeMs, writeMs, waitMs, gatherMs });
  }
  return all;
}
