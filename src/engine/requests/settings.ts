import {
  type Decoding,
  DECODINGS,
  REMASKINGS,
  type ReverseProcessOptions,
  SCHEDULES,
  presentOrder,
  UNMASKING_ORDERS,
} from '../contract/reverse-process';
import { DREAM_ORDERS } from '../diffusion/dream-sampling';
import { DEFAULT_STRENGTH } from '../diffusion/remasking';
import type { ReverseRules } from '../diffusion/reverse-process';
import type { Sampling } from '../diffusion/sampling';
import { check, checkCount } from './check';

/** The options of the reverse process with every default filled in. */
export interface ReverseProcessSettings extends ReverseRules {
  /** Classifier-free guidance scale w; 0 is off. */
  readonly guidance: number;
  readonly bannedTokens: readonly number[];
  readonly suppressEndOfText: boolean;
  readonly seed: number;
  readonly decoding: Decoding;
  readonly orderTemperature: number;
  readonly exact: boolean;
}

/** The orders that each decoding knows. */
const ORDERS = {
  llada: UNMASKING_ORDERS,
  dream: ['ancestral', ...DREAM_ORDERS],
  dreamon: DREAM_ORDERS,
} as const;
/** Options of LLaDA's reverse process that the other decodings do not have. */
const OF_LLADA = [
  'schedule',
  'thresholdFactor',
  'entropyBound',
  'blockLength',
  'remasking',
  'remaskingStrength',
] as const satisfies readonly (keyof ReverseProcessOptions)[];
const SAMPLINGS = ['greedy', 'multinomial'] as const;
export const MOST_ALTERNATIVES = 64;
/** “Wide in”: what revoking takes for probable enough to be tried (WINO, arXiv 2507.18578). */
const REVOKING_THRESHOLD = 0.6;

/**
 * Checks options that may come from anywhere and fills in the defaults.
 *
 * @param defaultThreshold unless tokens may be revoked, which asks for less
 * @param vocabulary number of token ids
 * @param defaultDecoding the bundle's
 * @throws EngineError `bad-request` naming the field, what it must be and what it was
 */
export function settingsOf(
  options: ReverseProcessOptions,
  defaultThreshold: number,
  vocabulary: number,
  defaultDecoding: Decoding = 'llada',
): ReverseProcessSettings {
  const { decoding = decodingFor(options, defaultDecoding), orderTemperature = 0, exact = false } = options;
  checkChoice('decoding', decoding, DECODINGS);
  const unknown = unknownTo(decoding, options);
  check(unknown === undefined, unknown!, `left out with the decoding ${decoding}`, options[unknown!]);
  checkNotNegative('orderTemperature', orderTemperature);
  check(typeof exact === 'boolean', 'exact', 'true or false', exact);
  const defaultOrder = decoding === 'llada' ? 'confidence' : 'entropy';
  const { remasking = 'none', order: given = defaultOrder, schedule = 'linear', steps } = options;
  const order = presentOrder(given);
  checkChoice('remasking', remasking, REMASKINGS);
  checkChoice('order', order, ORDERS[decoding]);
  checkChoice('schedule', schedule, SCHEDULES);
  check(
    order !== 'ancestral' || remasking === 'none',
    'remasking',
    'none with the order ancestral, which never remasks',
    remasking,
  );
  const {
    threshold = remasking === 'revoke' ? REVOKING_THRESHOLD : defaultThreshold,
    thresholdFactor = 0,
    entropyBound = 0,
    remaskingStrength = DEFAULT_STRENGTH[remasking],
    guidance = 0,
    repetitionPenalty = 1,
    blockLength = 0,
    seed = 0,
    alternatives = 0,
    bannedTokens = [],
    suppressEndOfText = true,
  } = options;
  checkShare('threshold', threshold);
  checkNotNegative('thresholdFactor', thresholdFactor);
  checkNotNegative('entropyBound', entropyBound);
  checkShare('remaskingStrength', remaskingStrength);
  checkNotNegative('guidance', guidance);
  check(
    Number.isFinite(repetitionPenalty) && repetitionPenalty >= 1,
    'repetitionPenalty',
    'a number of at least 1 (off)',
    repetitionPenalty,
  );
  if (steps !== undefined) checkCount('steps', steps, 1);
  checkCount('blockLength', blockLength, 0);
  checkCount('seed', seed, 0);
  checkCount('alternatives', alternatives, 0, MOST_ALTERNATIVES);
  const isToken = (token: unknown): boolean =>
    Number.isSafeInteger(token) && (token as number) >= 0 && (token as number) < vocabulary;
  check(bannedTokens.every(isToken), 'bannedTokens', 'a list of token ids', bannedTokens);
  check(typeof suppressEndOfText === 'boolean', 'suppressEndOfText', 'true or false', suppressEndOfText);
  return {
    sampling: samplingOf(options),
    order,
    schedule,
    steps,
    threshold,
    thresholdFactor,
    entropyBound,
    blockLength,
    remasking,
    remaskingStrength,
    guidance,
    repetitionPenalty,
    bannedTokens,
    suppressEndOfText,
    seed,
    alternatives,
    decoding,
    orderTemperature,
    exact,
  };
}

/** A bundle's own decoding, unless an option is given that it does not know. */
function decodingFor(options: ReverseProcessOptions, bundles: Decoding): Decoding {
  const known = ORDERS[bundles] as readonly string[];
  const fits = unknownTo(bundles, options) === undefined && known.includes(options.order ?? 'entropy');
  return fits ? bundles : 'llada';
}

/** The first option given that a decoding does not know. A threshold may be there for any model: it is left alone. */
function unknownTo(
  decoding: Decoding,
  options: ReverseProcessOptions,
): keyof ReverseProcessOptions | undefined {
  if (decoding === 'llada') return undefined;
  const foreign = decoding === 'dreamon' ? ([...OF_LLADA, 'steps'] as const) : OF_LLADA;
  return foreign.find((option) => options[option] !== undefined);
}

function samplingOf({
  sampling = 'greedy',
  temperature = 1,
  topP = 1,
  topK = 0,
}: ReverseProcessOptions): Sampling {
  checkChoice('sampling', sampling, SAMPLINGS);
  check(Number.isFinite(temperature) && temperature > 0, 'temperature', 'a number above 0', temperature);
  check(topP > 0 && topP <= 1, 'topP', 'a number above 0 and up to 1 (off)', topP);
  checkCount('topK', topK, 0);
  return sampling === 'greedy' ? { kind: 'greedy' } : { kind: 'multinomial', temperature, topP, topK };
}

function checkChoice(field: string, value: string, choices: readonly string[]): void {
  check(choices.includes(value), field, choices.join(' or '), value);
}

function checkShare(field: string, value: number): void {
  check(value >= 0 && value <= 1, field, 'a number from 0 (off) to 1', value);
}

function checkNotNegative(field: string, value: number): void {
  check(Number.isFinite(value) && value >= 0, field, 'a number of at least 0 (off)', value);
}
