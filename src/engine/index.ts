import path from 'node:path';
import type { Engine, LoadOptions } from './api';
import { EngineClient } from './process/client';

export type {
  Alternative,
  Candidate,
  CellStart,
  CellView,
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
} from './api';
export type { Slot } from './diffusion/canvas';
export { UNMASKING_ORDERS, type UnmaskingOrder } from './diffusion/order';
export { REMASKINGS, type Remasking } from './diffusion/remasking';
export { SCHEDULES, type Schedule } from './diffusion/schedule';
export { EngineError, type EngineErrorCode } from './errors';
export { findBundledModels, type BundledModel } from './model/bundled-model';
export { PROVIDER_NAMES, type ProviderName } from './model/provider';
export { parseMaskMarkers } from './text/mask-markers';

/**
 * Loads a model bundle in a child process and warms it up.
 *
 * @param folder the bundle's folder
 * @throws EngineError `bundle-missing`, `bundle-damaged`, `tokenizer-mismatch`, `provider-unavailable` or
 *   `engine-crashed`, each saying what to do
 */
export async function loadEngine(folder: string, options: LoadOptions = {}): Promise<Engine> {
  // webpack puts the engine process's script beside whatever it bundles this into.
  return EngineClient.start(path.join(__dirname, 'engine-host.js'), path.resolve(folder), options);
}
