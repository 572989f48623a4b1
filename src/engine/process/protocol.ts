import type { EngineInfo, EngineStats, LoadOptions } from '../contract/engine';
import type { FillRequest, GenerateRequest, LikelihoodRequest, ScoreRequest } from '../contract/requests';
import type { ContextRead, Likelihood, Scored, TextToken } from '../contract/answers';
import type { Step } from '../contract/steps';
import type { EngineErrorCode } from '../contract/errors';

/** The questions to the engine process, and the values of their answers. */
export interface Answers {
  readonly fill: Step;
  readonly 'read-context': ContextRead;
  readonly 'forget-context': true;
  readonly generate: Step;
  readonly likelihood: Likelihood;
  readonly score: Scored;
  readonly tokenize: readonly TextToken[];
  readonly stats: EngineStats;
}

/** A request; it is answered by any number of `value`s, then `ended` or `failed`. */
export type Ask =
  | { readonly type: 'fill'; readonly request: FillRequest }
  | { readonly type: 'read-context'; readonly request: FillRequest }
  | { readonly type: 'forget-context'; readonly name: string }
  | { readonly type: 'generate'; readonly request: GenerateRequest }
  | { readonly type: 'likelihood'; readonly request: LikelihoodRequest }
  | { readonly type: 'score'; readonly request: ScoreRequest }
  | { readonly type: 'tokenize'; readonly text: string }
  | { readonly type: 'stats' };

/** A request on its way. */
export type Asked = Ask & { readonly id: number; readonly session: string; readonly background: boolean };

/** A message from the parent to the engine process. `Source`: a model's source, as far as the channel can carry it. */
export type ToHost<Source> =
  | { readonly type: 'load'; readonly source: Source; readonly options: LoadOptions }
  | Asked
  | { readonly type: 'cancel'; readonly id: number };

/** A message from the engine process to its parent. */
export type ToClient =
  | { readonly type: 'loaded'; readonly info: EngineInfo }
  | { readonly type: 'load-failed'; readonly code: EngineErrorCode; readonly message: string }
  | { readonly type: 'value'; readonly id: number; readonly value: Answers[keyof Answers] }
  | { readonly type: 'ended'; readonly id: number }
  | {
      readonly type: 'failed';
      readonly id: number;
      readonly code: EngineErrorCode;
      readonly message: string;
    };

/** A message from the engine process about one request. */
export type Answer = Exclude<ToClient, { type: 'loaded' | 'load-failed' }>;
