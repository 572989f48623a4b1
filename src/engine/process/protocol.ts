import type {
  EngineInfo,
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

/** What a request that has no steps is answered with. */
export type Answer = Likelihood | Scored | readonly TextToken[];

/** What the parent tells the engine process. */
export type ToHost =
  | { readonly type: 'load'; readonly folder: string; readonly options: LoadOptions }
  | { readonly type: 'fill'; readonly id: number; readonly request: FillRequest }
  | { readonly type: 'generate'; readonly id: number; readonly request: GenerateRequest }
  | { readonly type: 'likelihood'; readonly id: number; readonly request: LikelihoodRequest }
  | { readonly type: 'score'; readonly id: number; readonly request: ScoreRequest }
  | { readonly type: 'tokenize'; readonly id: number; readonly text: string }
  | { readonly type: 'cancel'; readonly id: number };

/** What the engine process tells its parent. */
export type ToClient =
  | { readonly type: 'loaded'; readonly info: EngineInfo }
  | { readonly type: 'load-failed'; readonly code: EngineErrorCode; readonly message: string }
  | { readonly type: 'step'; readonly id: number; readonly step: Step }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly type: 'ended'; readonly id: number }
  | {
      readonly type: 'failed';
      readonly id: number;
      readonly code: EngineErrorCode;
      readonly message: string;
    };
