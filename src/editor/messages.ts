import type { UnmaskingOrder } from '../engine/diffusion/order';
import type { TraceStep } from './trace';

/** Marks a hole in the text of a demo request. */
export const HOLE_MARK = '[MASK]';

/** What the user has set on the demo page. */
export interface DemoRequest {
  /** From nothing: everything is one hole. */
  readonly from: 'nothing' | 'text';
  /** Text with one or more `[MASK]`; used when from `text`. */
  readonly text: string;
  /** Tokens to generate from nothing, or of each hole of the text; 0 lets the engine choose a hole's length. */
  readonly tokens: number;
  /** Most steps; 0 for one token a step. */
  readonly steps: number;
  readonly sampling: 'greedy' | 'multinomial';
  readonly temperature: number;
  readonly order: UnmaskingOrder;
  readonly seed: number;
}

/** A run as far as it has come: all that the page needs to show it. */
export interface DemoRun {
  /** The texts around the holes, one more than there are holes. */
  readonly around: readonly string[];
  readonly steps: readonly TraceStep[];
  readonly running: boolean;
  /** Why it ended before it was done. */
  readonly problem?: string;
}

/** What the extension tells the page. */
export type DemoMessage =
  | { readonly type: 'run'; readonly run: DemoRun }
  | { readonly type: 'step'; readonly step: TraceStep }
  | { readonly type: 'ended'; readonly problem?: string };

/** What the page tells the extension. `ready`: the page has just been (re)loaded and knows of no run. */
export type PageMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'run'; readonly request: DemoRequest }
  | { readonly type: 'stop' };
