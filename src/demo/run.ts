import type { ReverseProcessOptions } from '../engine/index';
import type { TraceStep } from './trace';

/** Marks a hole in a text. */
export const HOLE_MARK = '[MASK]';

/** Most lanes that are shown beside each other. */
export const MOST_LANES = 8;

/** How all lanes of a run are unmasked. */
export interface DemoSettings {
  /** Most steps; 0 for one token a step. */
  readonly steps: number;
  readonly schedule: NonNullable<ReverseProcessOptions['schedule']>;
  readonly order: NonNullable<ReverseProcessOptions['order']>;
  /** Also commit every token at least this probable; 0 is off. */
  readonly threshold: number;
  readonly temperature: number;
  readonly remasking: NonNullable<ReverseProcessOptions['remasking']>;
  /** 0–1; left out, what suits the remasking. */
  readonly remaskingStrength?: number;
  readonly seed: number;
}

/** One reverse process: lanes of the same run differ in their sampling or their length. */
export interface DemoLane {
  readonly label: string;
  readonly sampling: NonNullable<ReverseProcessOptions['sampling']>;
  /** Tokens of each hole; 0 lets the engine choose. */
  readonly tokens: number;
  readonly steps: readonly TraceStep[];
  /** Why it ended before it was done. */
  readonly problem?: string;
}

/** The model that a run was made with. */
export interface DemoModel {
  readonly bundle: string;
  readonly precision: string;
  readonly provider: string;
}

/** All that is needed to show a run, to keep it and to go on with it. */
export interface DemoRun {
  /** From nothing: everything is one hole, with no text around it. */
  readonly from: 'nothing' | 'text';
  /** The texts around the holes, one more than there are holes. */
  readonly around: readonly string[];
  readonly settings: DemoSettings;
  readonly lanes: readonly DemoLane[];
  readonly model?: DemoModel;
}
