import { STARTS } from '../contract/candidates';
import {
  LENGTH_SEARCHES,
  SCORE_MASKS,
  type FillRequest,
  type GenerateRequest,
  type HoleRequest,
  type ScoreRequest,
} from '../contract/requests';
import type { Runtime } from '../model/runtime/runtime';
import type { Tokenizer } from '../text/tokenizer';
import { check, checkCount } from './check';
import { MOST_ALTERNATIVES, settingsOf, type ReverseProcessSettings } from './settings';

export const DEFAULT_MAX_TOKENS = 64;
const MOST_CANDIDATES = 8;
const MOST_STARTS = 16;
/** Above this probability a token is committed at once (Fast-dLLM, arXiv 2505.22618, table 4 uses 0.9). */
const DEFAULT_FILL_THRESHOLD = 0.9;
/** Doubts about a copy double with every copy. */
const FILL_REPETITION_PENALTY = 2;

/**
 * Checks a request that may come from anywhere and fills in the defaults.
 *
 * @throws EngineError `bad-request` naming the field, what it must be and what it was
 */
export function checkFillRequest(
  request: FillRequest,
  { tokenizer, config }: Pick<Runtime, 'tokenizer' | 'config'>,
): ReverseProcessSettings {
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
  const { starts, lookAgain, drafts, allowBlank, lengthSearch = 'guess' } = request;
  check(
    starts === undefined ||
      (Array.isArray(starts) &&
        starts.length >= 1 &&
        starts.length <= MOST_STARTS &&
        starts.every((start: unknown) => (STARTS as readonly unknown[]).includes(start))),
    'starts',
    `a list of 1 to ${MOST_STARTS} of ${STARTS.join(', ')}`,
    starts,
  );
  check(lookAgain === undefined || typeof lookAgain === 'boolean', 'lookAgain', 'true or false', lookAgain);
  check(LENGTH_SEARCHES.includes(lengthSearch), 'lengthSearch', LENGTH_SEARCHES.join(' or '), lengthSearch);
  check(drafts === undefined || typeof drafts === 'boolean', 'drafts', 'true or false', drafts);
  check(
    allowBlank === undefined || typeof allowBlank === 'boolean',
    'allowBlank',
    'true or false',
    allowBlank,
  );
  const { keptContext, patience, leastChance } = request;
  check(
    patience === undefined || (patience.times >= 1 && patience.ms >= 0),
    'patience',
    'times of at least 1 and milliseconds of at least 0',
    patience,
  );
  check(
    leastChance === undefined || (leastChance >= 0 && leastChance <= 1),
    'leastChance',
    'a number from 0 to 1',
    leastChance,
  );
  check(
    !leastChance || (between.length === 0 && (starts?.length ?? candidates) === 1),
    'leastChance',
    '0 for several holes or candidates',
    leastChance,
  );
  check(
    keptContext === undefined || typeof keptContext === 'string',
    'keptContext',
    'a name, the same one at every key',
    keptContext,
  );
  for (const hole of holes ?? []) checkHole(hole, tokenizer);
  // The end of the text is in the suffix, not in a hole.
  // An imported model is decoded as its authors do.
  const usual = config.decoding === undefined ? FILL_REPETITION_PENALTY : 1;
  const options = { ...request, repetitionPenalty: request.repetitionPenalty ?? usual };
  return {
    ...settingsOf(options, DEFAULT_FILL_THRESHOLD, tokenizer.size, config.decoding),
    suppressEndOfText: true,
  };
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
export function checkScoreRequest({
  prefix,
  text,
  suffix,
  alternatives = 0,
  masked = 'each',
}: ScoreRequest): void {
  checkStrings({ prefix, text, suffix });
  check(SCORE_MASKS.includes(masked), 'masked', SCORE_MASKS.join(' or '), masked);
  checkCount('alternatives', alternatives, 0, MOST_ALTERNATIVES);
}

/** @throws EngineError `bad-request` */
export function checkGenerateRequest(
  request: GenerateRequest,
  { tokenizer, config }: Pick<Runtime, 'tokenizer' | 'config'>,
): ReverseProcessSettings {
  if (request.cells) checkHole({ cells: request.cells }, tokenizer);
  else checkCount('tokens', request.tokens, 1);
  return settingsOf(request, 0, tokenizer.size, config.decoding);
}

function checkStrings(fields: Readonly<Record<string, unknown>>): void {
  for (const [field, value] of Object.entries(fields)) {
    check(typeof value === 'string', field, 'a string', value);
  }
}
