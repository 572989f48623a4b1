import { LogitsRow } from '../../diffusion/row';
import { SummaryRow, type RowSummary } from '../../diffusion/summary-row';
import { SPECIAL, SPECIAL_TOKENS } from '../../text/special-tokens';
import type { BundleConfig } from '../bundle/bundle-config';
import type { MaskPredictor } from '../predictor/mask-predictor';

/** A provider's answer to a small fixed input, and how fast it gave it. */
export interface Trial {
  readonly logits: Float32Array;
  /** Milliseconds of a greedy step, the best of a few. */
  readonly stepMs: number;
}

const CONTEXT = 48;
const ROWS = 16;
const TIMED_STEPS = 3;

/** Largest relative difference (Euclidean norm) from the CPU's logits: TF32 and other sums' orders stay far below. */
export const TRIAL_TOLERANCE = 0.01;

/** When a trial is given up. */
export interface Patience {
  /** Milliseconds of a step beyond which timing more of them is pointless. */
  readonly stepMs: number;
  /** Milliseconds of the first run: GPUs compile their programs in it, which takes them a second or two. */
  readonly firstRunMs: number;
}

/**
 * Runs a context and a few steps: the warm-up too.
 *
 * @throws Error if the first run takes too long, as it does on software adapters, or if summaries are not those of the
 *   logits
 */
export async function tryOut(
  predictor: MaskPredictor,
  { window }: Pick<BundleConfig, 'window'>,
  patience: Patience = { stepMs: Infinity, firstRunMs: Infinity },
): Promise<Trial> {
  // Text only: not every model knows every special token.
  const first = SPECIAL_TOKENS.length;
  const ids = (count: number, factor: number): Int32Array =>
    Int32Array.from({ length: count }, (_, i) => first + ((i * factor) % (predictor.vocabulary - first)));
  const count = (n: number, from: number): Int32Array =>
    Int32Array.from({ length: n }, (_, i) => (from + i) % window.positions);
  const begun = performance.now();
  // Exact: kept keys and values would make another answer of the same question.
  const cache = await predictor.readContext({
    ids: ids(CONTEXT, 31),
    positions: count(CONTEXT, 0),
    keptSteps: 0,
  });
  try {
    const firstRunMs = performance.now() - begun;
    if (firstRunMs > patience.firstRunMs) throw new Error(`its first run takes ${Math.round(firstRunMs)} ms`);
    const rows = {
      ids: ids(ROWS, 17),
      positions: count(ROWS, CONTEXT),
      wanted: Int32Array.from({ length: ROWS }, (_, i) => i),
    };
    const logits = await predictor.predict(cache, rows);
    const none = new Set<number>();
    let summaries: readonly RowSummary[] | undefined;
    let stepMs = Infinity;
    for (let i = 0; i < TIMED_STEPS && (i === 0 || stepMs < patience.stepMs); i++) {
      const started = performance.now();
      summaries = await predictor.summarize?.(cache, rows, none);
      if (!summaries) await predictor.predict(cache, rows);
      stepMs = Math.min(stepMs, performance.now() - started);
    }
    if (summaries) checkSummaries(summaries, logits);
    return { logits, stepMs };
  } finally {
    cache.release();
  }
}

/** @throws Error where the most probable token of a row has another probability, or the row another entropy */
function checkSummaries(summaries: readonly RowSummary[], logits: Float32Array): void {
  const vocabulary = logits.length / summaries.length;
  summaries.forEach((summary, i) => {
    const rows = [
      new SummaryRow(summary),
      new LogitsRow(logits.slice(i * vocabulary, (i + 1) * vocabulary)),
    ] as const;
    for (const row of rows) row.ban(Object.values(SPECIAL));
    const [given, wanted] = rows.map((row) => row.softmax());
    // Two runs may differ in the last digits, and so in which of two tokens is ahead.
    const differences = [
      Math.log(given!.sum / wanted!.sum),
      given!.entropy - wanted!.entropy,
      given!.first - wanted!.first,
      given!.second - wanted!.second,
      given!.first - rows[1].logit(given!.largest),
    ];
    if (!differences.every((difference) => Math.abs(difference) <= TRIAL_TOLERANCE)) {
      throw new Error('its summaries of rows are not what its logits say');
    }
  });
}

/** ‖logits − reference‖ / ‖reference‖; infinite where something is not a number. */
export function relativeDifference(logits: Float32Array, reference: Float32Array): number {
  let difference = 0;
  let size = 0;
  reference.forEach((value, i) => {
    if (value === -Infinity && logits[i] === -Infinity) return;
    difference += (logits[i]! - value) ** 2;
    size += value ** 2;
  });
  const relative = Math.sqrt(difference / size);
  return Number.isFinite(relative) && logits.length === reference.length ? relative : Infinity;
}
