/**
 * The trainer's door. A training sample is laid out, masked and encoded by the very code that lays out a request, and the
 * trainer writes, reads and judges the bundles that the engine loads: this is what the two share, and no more.
 */
export { forwardProcess } from './diffusion/forward-process';
export { SPECIAL, SPECIAL_TOKENS } from './text/special-tokens';
export { type Architecture, WEIGHT_PRECISIONS, type WeightPrecision } from './model/graph/architecture';
export { type BundleConfig, weightsSha256 } from './model/bundle/bundle-config';
export type { Window } from './text/window';
export { deriveBundle, renewGraph } from './model/bundle/derive-bundle';
export { readBundle } from './model/bundle/read-bundle';
export { readParameters } from './model/bundle/read-parameters';
export { writeBundle } from './model/bundle/write-bundle';
export { fromFloat16, toFloat16 } from './model/graph/float16';
export { elements, parameterShapes, type Parameter, type Parameters } from './model/graph/parameters';
export type {
  ContextCache,
  MaskPredictor,
  PredictorContext,
  PredictorRows,
} from './model/predictor/mask-predictor';
export { loadRuntime } from './model/runtime/load-from-folder';
export type { Runtime } from './model/runtime/runtime';
export { fill } from './requests/fill';
export { FastBpe } from './text/bpe';
export { encodeContext, type Encode } from './text/context-window';
export { holeRows, layOut, layOutNothing, reservedFor, type Layout } from './text/layout';
export { BYTE_CHARACTERS, tokenBytes, type TokenizerJson } from './text/token-bytes';
export { Tokenizer } from './text/tokenizer';
