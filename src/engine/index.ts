export type { ContextRead, Likelihood, Scored, TextToken } from './contract/answers';
export type {
  Engine,
  EngineInfo,
  EngineStats,
  LoadOptions,
  RequestStats,
  RunOptions,
} from './contract/engine';
export { EngineError, toEngineError, type EngineErrorCode } from './contract/errors';
export { PROVIDER_NAMES, type ProviderName } from './contract/provider';
export type {
  CellStart,
  FillRequest,
  GenerateRequest,
  HolePart,
  HoleRequest,
  LikelihoodRequest,
  ScoreRequest,
} from './contract/requests';
export {
  FORMER_ORDER,
  presentOrder,
  REMASKINGS,
  SCHEDULES,
  UNMASKING_ORDERS,
  type Remasking,
  type ReverseProcessOptions,
  type Schedule,
  type UnmaskingOrder,
} from './contract/reverse-process';
export type { Alternative, Candidate, CellView, Slot, Step } from './contract/steps';
export { Random } from './diffusion/random';
export { textAroundHoles, type CharacterRange, type TextAroundHoles } from './text/around-holes';
export { isInsideCharacter } from './text/characters';
export { bundleForProvider } from './model/bundle/bundle-for-provider';
export { lineEndingOf } from './text/line-endings';
export { MASK_MARKER, parseMaskMarkers } from './text/mask-markers';
