/**
 * Fused attention after FlashAttention-2 (Dao 2023, arXiv 2307.08691): no scores or probabilities reach storage. The
 * forward pass saves each row's log-sum-exp, from which the backward pass computes the probabilities anew.
 *
 * Unlike the paper, the forward pass goes through the keys twice, for the log-sum-exp and then for the output: sums
 * in subgroup matrices cannot be rescaled row by row when a larger score turns up, and with the final log-sum-exp they
 * need not be. The products are the cheap part.
 *
 * The backward pass is two kernels, as in the paper's deterministic form: one owns queries and sums over keys, the
 * other owns keys and sums over queries, so that neither needs atomic additions.
 */
import { literal } from '../gemm/body';
import type { Gpu } from '../../backend/gpu';
import {
  bindings,
  ENTRY,
  laneReduction,
  LANES_PER_ROW,
  reductionDirectives,
  ROWS_PER_GROUP,
  type Binding,
} from '../shared/wgsl';
import { ACROSS, type FlashSpec } from './flash-spec';
import { FlashFrame } from './frame';

/** Who sees whom (see ROW_KIND), from the queries' side and from the keys'. */
const QUERIES_OWN = { plain: 'kind == CONTEXT', seesPlain: 'true', seesHoles: 'kind == HOLE' };
const KEYS_OWN = { plain: 'kind != HOLE', seesPlain: 'kind == CONTEXT', seesHoles: 'kind != PADDING' };

/** Bindings: q, k, v, kinds; output and the log-sum-exp [batch, heads, length]. */
export function forwardSource(spec: FlashSpec): string {
  const frame = new FlashFrame(spec);
  const alpha = literal(1 / Math.sqrt(spec.headWidth));
  const [K, V] = [{ buffer: 'K' }, { buffer: 'V' }];
  const { length } = spec.shape;
  return frame.source(
    [
      ['Q', frame.storage],
      ['K', frame.storage],
      ['V', frame.storage],
      ['kinds', 'i32'],
    ],
    [
      ['output', 'f32'],
      ['logSumExp', 'f32'],
    ],
    QUERIES_OWN,
    [K, V],
    `var<workgroup> halves: array<vec2f, ${2 * frame.rows}>;`,
    `${frame.own('q', { buffer: 'Q' })}
  // The largest score so far and the sum of exponentials relative to it. What is not seen is far below the start.
  var most = -1e38;
  var sum = 0.0;
  ${frame.eachTile(
    [K],
    '',
    `${frame.score('q', 'K')}
    ${frame.declareNumbers('s')}
    var top = most;
    ${frame.eachNumber(`s[i] = select(-3e38, sums[at] * ${alpha}, seen);
      top = max(top, s[i]);`)}
    sum *= exp(most - top);
    most = top;
    ${frame.eachNumber(`sum += exp(s[i] - most);`)}`,
  )}
  // The other half of the row is the neighbouring lane's.
  halves[t] = vec2f(most, sum);
  workgroupBarrier();
  let other = halves[t ^ 1u];
  let top = max(most, other.x);
  let whole = sum * exp(most - top) + other.y * exp(other.x - top);
  let normaliser = select(0.0, top + log(whole), whole > 0.0);
  if (row < ${length}u && t % 2u == 0u) { logSumExp[statsBase + row] = normaliser; }
  ${frame.declareMix('o')}
  ${frame.eachTile(
    [K, V],
    '',
    `${frame.score('q', 'K')}
    ${frame.eachNumber(`${frame.factor} =
        ${frame.pieces.type}(select(0.0, exp(sums[at] * ${alpha} - normaliser), seen));`)}
    workgroupBarrier();
    ${frame.mix('o', 'V')}`,
  )}
  ${frame.write('o', 'output', 1)}`,
  );
}

export interface GradientScales {
  /** Powers of two that the output's and the scores' gradients are multiplied by before they are rounded to f16. */
  readonly output: number;
  readonly scores: number;
}

/**
 * Bindings: output, dOutput, log-sum-exp; pairs of the last and the row's mean of dProbabilities, which is
 * Σ output · dOutput over the head, scaled as dProbabilities are. Pairs, or the key gradient would have more buffers
 * than every device allows. The mean is of dOutput as the products round it: where a row sees one key only, it and the
 * one dProbability must cancel.
 */
export function rowStatsSource(
  gpu: Gpu,
  { shape: { batch, heads, length }, headWidth, emulated }: FlashSpec,
  { output }: GradientScales,
): string {
  const rows = batch * heads * length;
  const scaled = `dy[first + i] * ${literal(output)}`;
  return `${emulated ? '' : 'enable f16;'}
${reductionDirectives(gpu)}
${bindings(
  [
    ['y', 'f32'],
    ['dy', 'f32'],
    ['logSumExp', 'f32'],
  ],
  [['stats', 'vec2f']],
)}
${laneReduction(gpu, 'rowSum', 'f32', LANES_PER_ROW, 'sum')}
${ENTRY}
  let row = group * ${ROWS_PER_GROUP}u + t / ${LANES_PER_ROW}u;
  let lane = t % ${LANES_PER_ROW}u;
  let live = min(row, ${rows - 1}u);
  let head = (live / ${length}u) % ${heads}u;
  let sample = live / ${heads * length}u;
  let first = ((sample * ${length}u + live % ${length}u) * ${heads}u + head) * ${headWidth}u;
  var mine = 0.0;
  for (var i = lane; i < ${headWidth}u; i += ${LANES_PER_ROW}u) {
    mine += y[first + i] * ${emulated ? `(${scaled})` : `f32(f16(${scaled}))`};
  }
  let mean = rowSum(mine, t);
  if (row < ${rows}u && lane == 0u) { stats[row] = vec2f(logSumExp[row], mean); }
}`;
}

function gradientInputs(frame: FlashFrame): Binding[] {
  return [
    ['Q', frame.storage],
    ['K', frame.storage],
    ['V', frame.storage],
    ['D', frame.storage],
    ['kinds', 'i32'],
    ['stats', 'vec2f'],
  ];
}

/** The gradient of a score, scaled, from its probability, its scaled dProbability and its query's mean of these. */
function scoreGradient(p: string, stats: string, { scores }: GradientScales): string {
  return `${p} * (sums[at] - ${stats}.y) * ${literal(scores)}`;
}

/**
 * Bindings: q, k, v, dOutput, kinds, the row statistics [batch, heads, length]; dQ.
 */
export function queryGradientSource(spec: FlashSpec, scales: GradientScales): string {
  const frame = new FlashFrame(spec);
  const alpha = 1 / Math.sqrt(spec.headWidth);
  const others = [{ buffer: 'K' }, { buffer: 'V' }];
  return frame.source(
    gradientInputs(frame),
    [['dQ', 'f32']],
    QUERIES_OWN,
    others,
    '',
    `${frame.own('q', { buffer: 'Q' })}
  ${frame.own('d', { buffer: 'D', scale: scales.output })}
  let own = stats[statsBase + live];
  ${frame.declareMix('o')}
  ${frame.eachTile(
    others,
    '',
    `${frame.score('q', 'K')}
    ${frame.declareNumbers('p')}
    ${frame.eachNumber(`p[i] = select(0.0, exp(sums[at] * ${literal(alpha)} - own.x), seen);`)}
    workgroupBarrier();
    ${frame.score('d', 'V')}
    ${frame.eachNumber(`${frame.factor} =
        ${frame.pieces.type}(${scoreGradient('p[i]', 'own', scales)});`)}
    workgroupBarrier();
    ${frame.mix('o', 'K')}`,
  )}
  ${frame.write('o', 'dQ', alpha / (scales.output * scales.scores))}`,
  );
}

/** Bindings as of `queryGradientSource`; dK and dV. All square matrices are transposed: keys are the rows. */
export function keyGradientSource(spec: FlashSpec, scales: GradientScales): string {
  const frame = new FlashFrame(spec);
  const alpha = 1 / Math.sqrt(spec.headWidth);
  const others = [{ buffer: 'Q' }, { buffer: 'D', scale: scales.output }];
  return frame.source(
    gradientInputs(frame),
    [
      ['dK', 'f32'],
      ['dV', 'f32'],
    ],
    KEYS_OWN,
    others,
    `var<workgroup> queryStats: array<vec2f, ${ACROSS}>;`,
    `${frame.own('k', { buffer: 'K' })}
  ${frame.own('v', { buffer: 'V' })}
  ${frame.declareMix('ok')}
  ${frame.declareMix('ov')}
  ${frame.eachTile(
    others,
    `if (t < ${ACROSS}u) {
      queryStats[t] = stats[statsBase + min(tile * ${ACROSS}u + t, ${spec.shape.length - 1}u)];
    }`,
    `${frame.score('k', 'Q')}
    ${frame.declareNumbers('p')}
    ${frame.eachNumber(`p[i] = select(0.0, exp(sums[at] * ${literal(alpha)} - queryStats[column].x), seen);
      ${frame.factor} = ${frame.pieces.type}(p[i]);`)}
    workgroupBarrier();
    ${frame.mix('ov', 'D')}
    ${frame.score('v', 'D')}
    ${frame.eachNumber(`${frame.factor} =
        ${frame.pieces.type}(${scoreGradient('p[i]', 'queryStats[column]', scales)});`)}
    workgroupBarrier();
    ${frame.mix('ok', 'Q')}`,
  )}
  ${frame.write('ok', 'dK', alpha / (scales.output * scales.scores))}
  ${frame.write('ov', 'dV', 1 / scales.output)}`,
  );
}
