export type { ContextRead, Likelihood, Scored, TextToken } from './contract/answers';
export {
  MOST_TOGETHER,
  type Engine,
  type EngineInfo,
  type EngineStats,
  type LoadOptions,
  type RequestStats,
  type RunOptions,
} from './contract/engine';
export {
  DEFAULT_STARTS,
  FEATURES,
  STARTS,
  type Evidence,
  type Feature,
  type StartName,
} from './contract/candidates';
export { EngineError, toEngineError, type EngineErrorCode } from './contract/errors';
export {
  ArchitectureUnknown,
  type ArchitectureChoice,
  type ImportedModel,
  type ImportPhase,
  type ImportPrecision,
  type ImportRequest,
} from './contract/importing';
export {
  byChance,
  chanceOf,
  drawnEvidence,
  shownChance,
  VIEWS,
  viewOf,
  type Chooser,
  type Coefficients,
  type View,
} from './contract/chooser';
export { PROVIDER_NAMES, type ProviderName } from './contract/provider';
export { LENGTH_SEARCHES, SCORE_MASKS } from './contract/requests';
export type {
  CellStart,
  FillRequest,
  GenerateRequest,
  HolePart,
  HoleRequest,
  LengthSearch,
  LikelihoodRequest,
  Patience,
  ScoreMasks,
  ScoreRequest,
} from './contract/requests';
export {
  DECODINGS,
  FORMER_ORDER,
  presentOrder,
  REMASKINGS,
  SCHEDULES,
  UNMASKING_ORDERS,
  type Decoding,
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
export type { BundleSummary } from './model/bundle/bundle-summary';
export { lineEndingOf } from './text/line-endings';
export { MASK_MARKER, parseMaskMarkers } from './text/mask-markers';
