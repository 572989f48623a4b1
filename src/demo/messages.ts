import type { Scored, TextToken } from '../engine/index';
import type { DemoModel, DemoRun } from './run';
import type { TraceStep } from './trace';

/** A text within the text around it, to be scored. */
export interface TextInPlace {
  readonly prefix: string;
  readonly text: string;
  readonly suffix: string;
}

/** A question of the page's, which waits for the reply. */
export type Question =
  | { readonly ask: 'score'; readonly texts: readonly TextInPlace[] }
  | { readonly ask: 'tokenize'; readonly text: string };

export type Reply =
  | { readonly ask: 'score'; readonly scored: readonly Scored[] }
  | { readonly ask: 'tokenize'; readonly tokens: readonly TextToken[] }
  | { readonly ask: 'problem'; readonly problem: string };

/** A message of the page to its host. */
export type PageMessage =
  /** The page has just been (re)loaded and knows of no run. */
  | { readonly type: 'ready' }
  /** Run these lanes, each on from the steps it has; the other lanes stay as they are. */
  | { readonly type: 'run'; readonly run: DemoRun; readonly lanes: readonly number[] }
  | { readonly type: 'stop' }
  /** The page has kept the run that has ended: the host can forget it. */
  | { readonly type: 'seen' }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question }
  /** Ask where, and write a file. */
  | { readonly type: 'save'; readonly name: string; readonly content: string };

/** A message of the host to its page. */
export type HostMessage =
  | { readonly type: 'run'; readonly run: DemoRun; readonly running: boolean }
  | { readonly type: 'model'; readonly model: DemoModel }
  | { readonly type: 'step'; readonly lane: number; readonly step: TraceStep }
  | { readonly type: 'lane-ended'; readonly lane: number; readonly problem?: string }
  | { readonly type: 'ended' }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Reply }
  | { readonly type: 'saved'; readonly name: string; readonly problem?: string };
