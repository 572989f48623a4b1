import type { FillRequest, GenerateRequest, HoleRequest, ReverseProcessOptions, ScoreRequest } from './api';
import { UNMASKING_ORDERS, type UnmaskingOrder } from './diffusion/order';
import type { Sampling } from './diffusion/sampling';
import { EngineError } from './errors';
import type { Tokenizer } from './text/tokenizer';

/** The options of the reverse process with every default filled in. */
export interface ReverseProcessSettings {
  readonly sampling: Sampling;
  readonly order: UnmaskingOrder;
  /** Undefined: as many steps as there are masks. */
  readonly steps: number | undefined;
  readonly threshold: number;
  readonly blockLength: number;
  readonly seed: number;
  readonly alternatives: number;
}

const SAMPLINGS = ['greedy', 'multinomial'] as const;

export const DEFAULT_MAX_TOKENS = 64;
const MOST_CANDIDATES = 8;
const MOST_ALTERNATIVES = 64;
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
  const { alternatives = 0 } = options;
  checkCount('alternatives', alternatives, 0, MOST_ALTERNATIVES);
  return {
    sampling: sampling === 'greedy' ? { kind: 'greedy' } : { kind: 'multinomial', temperature, topP, topK },
    order,
    steps: options.steps,
    threshold,
    blockLength: options.blockLength ?? 0,
    seed: options.seed ?? 0,
    alternatives,
  };
}

/** @throws EngineError `bad-request` */
export function checkFillRequest(request: FillRequest, tokenizer: Tokenizer): ReverseProcessSettings {
  const { prefix, suffix, between = [], holes, candidates = 1 } = request;
  checkStrings({ prefix, suffix });
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
  checkCount('candidates', candidates, 1, MOST_CANDIDATES);
  for (const hole of holes ?? []) checkHole(hole, tokenizer);
  return settingsOf(request, DEFAULT_FILL_THRESHOLD);
}

function checkHole({ tokens, parts = [], cells = [] }: HoleRequest, tokenizer: Tokenizer): void {
  if (tokens !== undefined) checkCount('holes[].tokens', tokens, 1);
  for (const part of parts) {
    if (typeof part === 'string') {
      // It would come back as U+FFFD: not the words that the user wants to keep.
      check(part.isWellFormed(), 'holes[].parts[]', 'text without half characters (lone surrogates)', part);
      continue;
    }
    if (part.masks !== undefined) checkCount('holes[].parts[].masks', part.masks, 1);
  }
  const unwritable = new Set(tokenizer.unwritable);
  for (const { token, confidence = 1 } of cells) {
    if (token === null) continue;
    const writable =
      Number.isSafeInteger(token) && token >= 0 && token < tokenizer.size && !unwritable.has(token);
    check(writable, 'holes[].cells[].token', 'null for a mask, or the id of a token that is text', token);
    check(
      confidence >= 0 && confidence <= 1,
      'holes[].cells[].confidence',
      'a number from 0 to 1',
      confidence,
    );
  }
}

/** @throws EngineError `bad-request` */
export function checkScoreRequest({ prefix, text, suffix, alternatives = 0 }: ScoreRequest): void {
  checkStrings({ prefix, text, suffix });
  checkCount('alternatives', alternatives, 0, MOST_ALTERNATIVES);
}

/** @throws EngineError `bad-request` */
export function checkGenerateRequest(request: GenerateRequest): ReverseProcessSettings {
  checkCount('tokens', request.tokens, 1);
  return settingsOf(request, 0);
}

function checkStrings(fields: Readonly<Record<string, unknown>>): void {
  for (const [field, value] of Object.entries(fields)) {
    check(typeof value === 'string', field, 'a string', value);
  }
}

function checkCount(field: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  const range = most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `of at least ${least}`;
  const ok = Number.isSafeInteger(value) && value >= least && value <= most;
  check(ok, field, `a whole number ${range}`, value);
}

function check(ok: boolean, field: string, wanted: string, got: unknown): void {
  if (!ok)
    throw new EngineError(
      'bad-request',
      `“${field}” must be ${wanted}, not ${got === undefined ? 'nothing' : JSON.stringify(got)}.`,
    );
}
