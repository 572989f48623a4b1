import type { Likelihood } from '../contract/answers';
import type { LikelihoodRequest } from '../contract/requests';
import { Random } from '../diffusion/random';
import { probabilityOf } from '../diffusion/sampling';
import { EngineError } from '../contract/errors';
import { SPECIAL } from '../text/special-tokens';
import type { Runtime } from '../model/runtime/runtime';
import { toLf } from '../text/line-endings';
import { layOutRequest } from './fill';
import { predict, type Ask } from './unmasking/predict';
import { checkFillRequest } from './check-request';
import { readContext, type RunningRequest } from './running-request';

const DEFAULT_DRAWS = 32;
/** Draws share a run of the graph up to this many rows; the predictor splits more anyway. */
const ROWS_TOGETHER = 128;

/**
 * The bound of LLaDA's equations 3 and 5 (arXiv 2502.09992) in the form of its equation 6, which has the same mean and
 * less variance: l of the L tokens are masked, l drawn evenly from 1 to L (t = l / L), and the masked tokens' −log₂ p
 * are weighted by L / l. The draws are stratified over l. Probabilities are among the tokens a fill may consist of.
 *
 * @throws EngineError `bad-request`, `region-too-large` or `cancelled`
 */
export async function likelihood(
  runtime: Runtime,
  request: LikelihoodRequest,
  signal: AbortSignal | undefined,
): Promise<Likelihood> {
  const started = performance.now();
  const { predictor, tokenizer } = runtime;
  const forwardsBefore = predictor.forwards;
  const { path, prefix, suffix, between = [], middles, draws = DEFAULT_DRAWS, seed = 0 } = request;
  const around = { ...(path === undefined ? {} : { path }), prefix, between, suffix };
  const asFill = { ...around, holes: middles.map((replaced) => ({ replaced })), seed, steps: draws };
  checkFillRequest(asFill, runtime);
  const holes = middles.map((middle) => tokenizer.encode(toLf(middle)));
  const tokens = holes.reduce((sum, ids) => sum + ids.length, 0);
  if (tokens === 0) throw new EngineError('bad-request', '“middles” must hold some text.');

  const layout = layOutRequest(
    runtime,
    around,
    holes.map(({ length }) => length),
  );
  const masks = drawMasks(tokens, draws, new Random(seed));
  const context = await readContext(runtime, layout, 0);
  try {
    const together = Math.max(1, Math.floor(ROWS_TOGETHER / (tokens + holes.length)));
    const bits: number[] = [];
    for (let i = 0; i < draws; i += together) {
      bits.push(...(await maskedBits(runtime, { ...context, signal }, holes, masks.slice(i, i + together))));
    }
    const utf8 = new TextEncoder();
    const weighted = bits.map((sum, i) => (sum * tokens) / masks[i]!.size);
    return {
      bits: weighted.reduce((sum, value) => sum + value, 0) / draws,
      bytes: middles.reduce((sum, middle) => sum + utf8.encode(toLf(middle)).length, 0),
      tokens,
      draws: bits.map((sum, i) => ({ masked: masks[i]!.size, bits: sum })),
      forwards: predictor.forwards - forwardsBefore,
      ms: performance.now() - started,
    };
  } finally {
    context.cache.release();
  }
}

/** For each draw the indices of the masked tokens, counted over all holes. */
function drawMasks(tokens: number, draws: number, random: Random): ReadonlySet<number>[] {
  const offset = random.uniform();
  return Array.from({ length: draws }, (_, draw) => {
    const count = 1 + Math.floor(((draw + offset) / draws) * tokens);
    return new Set(random.distinct(tokens, count));
  });
}

/** −log₂ of the masked tokens' probabilities, summed for each draw; the draws do not see each other. */
async function maskedBits(
  runtime: Runtime,
  run: Pick<RunningRequest, 'layout' | 'cache' | 'signal'>,
  holes: readonly (readonly number[])[],
  draws: readonly ReadonlySet<number>[],
): Promise<number[]> {
  const asks = draws.map((masked): Ask => {
    let token = 0;
    const shown = holes.map((ids) => ids.map((id) => (masked.has(token++) ? SPECIAL.mask : id)));
    const wanted = shown.flatMap((ids, hole) =>
      ids.flatMap((id, index) => (id === SPECIAL.mask ? [{ hole, index }] : [])),
    );
    return { holes: shown, wanted };
  });
  const rows = await predict(runtime, run, asks);
  return asks.map(({ wanted }, draw) =>
    wanted.reduce((sum, { hole, index }, i) => {
      const row = rows[draw]![i]!;
      row.ban(runtime.tokenizer.unwritable);
      return sum - Math.log2(probabilityOf(holes[hole]![index]!, row));
    }, 0),
  );
}
