import { EngineError } from '../contract/errors';
import type { ContextCache } from '../model/predictor/mask-predictor';
import type { Runtime } from '../model/runtime/runtime';
import type { Layout } from '../text/layout';
import type { LineEnding } from '../text/line-endings';
import type { ReverseProcessSettings } from './settings';

/** A context that has been read: canvases stand in its holes. */
export interface ReadContext {
  readonly layout: Layout;
  readonly cache: ContextCache;
}

/** One request on its way: where its canvas stands in the text, and what it has cost so far. */
export interface RunningRequest extends ReadContext {
  /** With classifier-free guidance: the side without context, and how strongly to turn away from it. */
  readonly unguided?: (ReadContext & { readonly scale: number }) | undefined;
  readonly settings: ReverseProcessSettings;
  /** True when all holes together may end with blanks alone. */
  readonly allowBlank: boolean;
  readonly ending: LineEnding;
  /** performance.now() when the request came. */
  readonly started: number;
  /** The predictor's forwards when the request came. */
  readonly forwardsBefore: number;
  readonly signal: AbortSignal | undefined;
}

/** @throws EngineError `cancelled` */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new EngineError('cancelled', 'The request was cancelled.');
}

/**
 * The caller releases its cache.
 *
 * @param keptSteps see `PredictorContext`
 */
export async function readContext(
  { predictor }: Runtime,
  layout: Layout,
  keptSteps?: number,
): Promise<ReadContext> {
  const { ids, positions } = layout;
  return { layout, cache: await predictor.readContext({ ids, positions, keptSteps }) };
}
