import { EngineError } from './errors';
import type { BundleConfig } from './model/bundle-config';
import type { ContextCache, MaskPredictor } from './model/mask-predictor';
import type { ReverseProcessSettings } from './request';
import type { Layout } from './text/layout';
import type { LineEnding } from './text/line-endings';
import type { Tokenizer } from './text/tokenizer';

/** What a request needs of the loaded model. */
export interface Runtime {
  readonly config: Pick<BundleConfig, 'window'>;
  readonly tokenizer: Tokenizer;
  readonly predictor: MaskPredictor;
}

/** One request on its way: where its canvas stands in the text, and what it has cost so far. */
export interface Run {
  readonly layout: Layout;
  readonly cache: ContextCache;
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
