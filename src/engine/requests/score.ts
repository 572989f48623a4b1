import type { Scored } from '../contract/answers';
import type { ScoreMasks, ScoreRequest } from '../contract/requests';
import type { Row } from '../diffusion/row';
import { alternativesTo, probabilityOf } from '../diffusion/sampling';
import { EngineError } from '../contract/errors';
import { SPECIAL } from '../text/special-tokens';
import type { Runtime } from '../model/runtime/runtime';
import { encodeContext } from '../text/context-window';
import { layOut, reservedFor } from '../text/layout';
import { toLf } from '../text/line-endings';
import { predict, type Ask } from './unmasking/predict';
import { checkScoreRequest } from './check-request';
import { readContext, throwIfCancelled } from './running-request';
import { alternativeViews } from './unmasking/unmask';

/**
 * Most tokens that are judged over one context. Judging n of them takes n canvases of n rows, so longer texts are judged
 * part after part, the rest of the text being context: about what a context pass and its rows cost together is least
 * here.
 */
const PART = 16;
/** Most visible tokens that are judged in one forward: no hole of a training sample has more than half of the window. */
const SEEN_PART = 255;

/** Judges a text token by token; see `Engine.score`. */
export async function score(
  runtime: Runtime,
  request: ScoreRequest,
  signal: AbortSignal | undefined,
): Promise<Scored> {
  const started = performance.now();
  const { predictor, tokenizer } = runtime;
  const forwardsBefore = predictor.forwards;
  checkScoreRequest(request);
  const ids = tokenizer.encode(toLf(request.text));
  const { masked: wanted = 'each' } = request;
  const masked = wanted === 'none' && !runtime.config.learned.remask ? 'each' : wanted;
  const size = partSize(runtime, masked);
  const [before, after] = surroundings(runtime, request, ids.length, size);
  const tokens: Scored['tokens'][number][] = [];
  for (let start = 0; start < ids.length; start += size) {
    throwIfCancelled(signal);
    const part = ids.slice(start, start + size);
    const segments = [
      [...before, ...ids.slice(0, start)],
      [...ids.slice(start + part.length), ...after],
    ];
    const shown = canvasesOf(part, masked);
    const rows = await judgePart(runtime, segments, shown, size, signal);
    part.forEach((token, i) => {
      rows[i]!.ban(tokenizer.unwritable);
      tokens.push({
        token,
        text: tokenizer.display(token),
        probability: probabilityOf(token, rows[i]!),
        alternatives: alternativeViews(
          tokenizer,
          alternativesTo([token], rows[i]!, request.alternatives ?? 0),
        ),
      });
    });
  }
  return { tokens, forwards: predictor.forwards - forwardsBefore, ms: performance.now() - started };
}

/** Token ids of header and prefix, and of the suffix, as far as they fit beside the text. */
function surroundings(
  runtime: Runtime,
  { path, prefix, suffix }: ScoreRequest,
  length: number,
  part: number,
): [number[], number[]] {
  const { config, tokenizer } = runtime;
  const { window } = config;
  const rows = window.rows - length - 1;
  const positions = window.positions - Math.max(0, length - part) - reservedFor(part, window)!;
  const segments = encodeContext(
    (text) => tokenizer.encode(text),
    {
      path: config.readsPaths === false ? undefined : path,
      prefix: toLf(prefix),
      between: [],
      suffix: toLf(suffix),
    },
    Math.min(rows, positions),
  );
  if (!segments) {
    throw new EngineError(
      'region-too-large',
      `The text is ${length} tokens long, which leaves no room around it in the model's window of ${window.rows} tokens. Select a smaller region.`,
    );
  }
  return segments as [number[], number[]];
}

/** Most tokens judged over one context. */
function partSize({ config: { window } }: Runtime, masked: ScoreMasks): number {
  return Math.min(masked === 'none' ? SEEN_PART : PART, Math.max(...window.reserved) - 1);
}

/** A canvas for each token, in which it alone is masked, or one for all of them. */
function canvasesOf(part: readonly number[], masked: ScoreMasks): (readonly number[])[] {
  if (masked === 'none') return [part];
  if (masked === 'all') return [part.map(() => SPECIAL.mask)];
  return part.map((_, own) => part.with(own, SPECIAL.mask));
}

/**
 * The row of each of a part's tokens.
 *
 * @param shown a canvas for each token, where it alone is masked; or one for all of them
 */
async function judgePart(
  runtime: Runtime,
  segments: readonly (readonly number[])[],
  shown: readonly (readonly number[])[],
  size: number,
  signal: AbortSignal | undefined,
): Promise<Row[]> {
  const layout = layOut(segments, [reservedFor(size, runtime.config.window)!]);
  const context = await readContext(runtime, layout, 0);
  try {
    const asks = shown.map((cells): Ask => {
      const indices = shown.length === 1 ? [...cells.keys()] : [cells.indexOf(SPECIAL.mask)];
      return { holes: [cells], wanted: indices.map((index) => ({ hole: 0, index })) };
    });
    return (await predict(runtime, { ...context, signal }, asks)).flat();
  } finally {
    context.cache.release();
  }
}
