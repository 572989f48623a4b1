import type {
  EngineInfo,
  EngineStats,
  FillRequest,
  GenerateRequest,
  Likelihood,
  LikelihoodRequest,
  LoadOptions,
  Scored,
  ScoreRequest,
  Step,
  TextToken,
} from '../api';
import type { EngineErrorCode } from '../errors';

/** What can be asked of the engine process, and what each answer's values are. */
export interface Answers {
  readonly fill: Step;
  readonly generate: Step;
  readonly likelihood: Likelihood;
  readonly score: Scored;
  readonly tokenize: readonly TextToken[];
  readonly stats: EngineStats;
}

/** A request; it is answered by any number of `value`s, then `ended` or `failed`. */
export type Ask =
  | { readonly type: 'fill'; readonly request: FillRequest }
  | { readonly type: 'generate'; readonly request: GenerateRequest }
  | { readonly type: 'likelihood'; readonly request: LikelihoodRequest }
  | { readonly type: 'score'; readonly request: ScoreRequest }
  | { readonly type: 'tokenize'; readonly text: string }
  | { readonly type: 'stats' };

/** What the parent tells the engine process. */
export type ToHost =
  | { readonly type: 'load'; readonly folder: string; readonly options: LoadOptions }
  | (Ask & { readonly id: number; readonly background: boolean })
  | { readonly type: 'cancel'; readonly id: number };

/** What the engine process tells its parent. */
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
