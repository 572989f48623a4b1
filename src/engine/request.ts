import type { FillRequest, GenerateRequest, ReverseProcessOptions } from './api';
import { UNMASKING_ORDERS } from './diffusion/order';
import type { Sampling } from './diffusion/sampling';
import type { UnmaskingOrder } from './diffusion/order';
import { EngineError } from './errors';

/** The options of the reverse process with every default filled in. */
export interface ReverseProcessSettings {
  readonly sampling: Sampling;
  readonly order: UnmaskingOrder;
  /** Undefined: as many steps as there are masks. */
  readonly steps: number | undefined;
  readonly threshold: number;
  readonly blockLength: number;
  readonly seed: number;
}

const SAMPLINGS = ['greedy', 'multinomial'] as const;

export const DEFAULT_MAX_TOKENS = 64;
/** Above this probability a token is committed at once (Fast-dLLM, arXiv 2505.22618, table 4 uses 0.9). */
const DEFAULT_FILL_THRESHOLD = 0.9;

/**
 * Checks a request that may come from anywhere and fills in the defaults.
 *
 * @throws EngineError `bad-request` naming the field, what it must be and what it was
 */
export function settingsOf(options: ReverseProcessOptions, defaultThreshold: number): ReverseProcessSettings {
  const {
    sampling = 'greedy',
    temperature = 1,
    order = 'confidence',
    threshold = defaultThreshold,
  } = options;
  check(SAMPLINGS.includes(sampling), 'sampling', 'greedy or multinomial', sampling);
  check(Number.isFinite(temperature) && temperature > 0, 'temperature', 'a number above 0', temperature);
  const { topP = 1, topK = 0 } = options;
  check(topP > 0 && topP <= 1, 'topP', 'a number above 0 and up to 1 (off)', topP);
  checkCount('topK', topK, 0);
  check(UNMASKING_ORDERS.includes(order), 'order', UNMASKING_ORDERS.join(' or '), order);
  check(threshold >= 0 && threshold <= 1, 'threshold', 'a number from 0 (off) to 1', threshold);
  if (options.steps !== undefined) checkCount('steps', options.steps, 1);
  if (options.blockLength !== undefined) checkCount('blockLength', options.blockLength, 0);
  if (options.seed !== undefined) checkCount('seed', options.seed, 0);
  return {
    sampling: sampling === 'greedy' ? { kind: 'greedy' } : { kind: 'multinomial', temperature, topP, topK },
    order,
    steps: options.steps,
    threshold,
    blockLength: options.blockLength ?? 0,
    seed: options.seed ?? 0,
  };
}

/** @throws EngineError `bad-request` */
export function checkFillRequest(request: FillRequest): ReverseProcessSettings {
  const { prefix, suffix, between = [], holes } = request;
  for (const [field, value] of Object.entries({ prefix, suffix })) {
    check(typeof value === 'string', field, 'a string', value);
  }
  check(
    Array.isArray(between) && between.every((part) => typeof part === 'string'),
    'between',
    'a list of strings',
    between,
  );
  check(
    holes === undefined || holes.length === between.length + 1,
    'holes',
    `as many as there are holes (${between.length + 1}: one more than there are texts in between)`,
    holes?.length,
  );
  if (request.maxTokens !== undefined) checkCount('maxTokens', request.maxTokens, 1);
  for (const hole of holes ?? []) {
    if (hole.tokens !== undefined) checkCount('holes[].tokens', hole.tokens, 1);
  }
  return settingsOf(request, DEFAULT_FILL_THRESHOLD);
}

/** @throws EngineError `bad-request` */
export function checkGenerateRequest(request: GenerateRequest): ReverseProcessSettings {
  checkCount('tokens', request.tokens, 1);
  return settingsOf(request, 0);
}

function checkCount(field: string, value: number, least: number): void {
  check(Number.isSafeInteger(value) && value >= least, field, `a whole number of at least ${least}`, value);
}

function check(ok: boolean, field: string, wanted: string, got: unknown): void {
  if (!ok)
    throw new EngineError(
      'bad-request',
      `“${field}” must be ${wanted}, not ${got === undefined ? 'nothing' : JSON.stringify(got)}.`,
    );
}
