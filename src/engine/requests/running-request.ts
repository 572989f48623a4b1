import { EngineError } from '../contract/errors';
import type { ContextCache } from '../model/predictor/mask-predictor';
import type { ReverseProcessSettings } from './settings';
import type { Layout } from '../text/layout';
import type { LineEnding } from '../text/line-endings';

/** Where canvases stand: beside what context. */
export interface Place {
  readonly layout: Layout;
  readonly cache: ContextCache;
}

/** One request on its way: where its canvas stands in the text, and what it has cost so far. */
export interface Run extends Place {
  /** With classifier-free guidance: the side without context, and how strongly to turn away from it. */
  readonly unguided?: (Place & { readonly scale: number }) | undefined;
  readonly settings: ReverseProcessSettings;
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
