export type {
  Alternative,
  Candidate,
  CellStart,
  CellView,
  ContextRead,
  Engine,
  EngineInfo,
  EngineStats,
  FillRequest,
  GenerateRequest,
  HolePart,
  HoleRequest,
  Likelihood,
  LikelihoodRequest,
  LoadOptions,
  ReverseProcessOptions,
  RunOptions,
  Scored,
  ScoreRequest,
  Step,
  TextToken,
} from './contract/engine';
export type { Slot } from './diffusion/canvas';
export { UNMASKING_ORDERS, type UnmaskingOrder } from './diffusion/order';
export { REMASKINGS, type Remasking } from './diffusion/remasking';
export { SCHEDULES, type Schedule } from './diffusion/schedule';
export { EngineError, type EngineErrorCode } from './contract/errors';
export { PROVIDER_NAMES, type ProviderName } from './contract/provider';
export { parseMaskMarkers } from './text/mask-markers';
