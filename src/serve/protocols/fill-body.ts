import * as v from 'valibot';
import {
  DECODINGS,
  FORMER_ORDER,
  LENGTH_SEARCHES,
  SCORE_MASKS,
  REMASKINGS,
  SCHEDULES,
  STARTS,
  UNMASKING_ORDERS,
  type CellStart,
  type FillRequest,
  type GenerateRequest,
  type HoleRequest,
  type LikelihoodRequest,
  type ReverseProcessOptions,
  type ScoreRequest,
} from '../../engine/index';
import { checkBody, FLAG, TEXT, whole } from '../http/check-body';
import { ServeError } from '../http/serve-error';
import type { Limits } from '../limits';

/** A request to /v1/fill: one of the engine's, by its type. */
export type FillBody = Common &
  (
    | { readonly type: 'fill'; readonly request: FillRequest }
    | { readonly type: 'read-context'; readonly request: FillRequest }
    | { readonly type: 'forget-context'; readonly request: { readonly keptContext: string } }
    | { readonly type: 'generate'; readonly request: GenerateRequest }
    | { readonly type: 'score'; readonly request: ScoreRequest }
    | { readonly type: 'likelihood'; readonly request: LikelihoodRequest }
    | { readonly type: 'tokenize'; readonly request: { readonly text: string } }
  );

interface Common {
  /** Its newest request supersedes the one before. */
  readonly session?: string;
  /** For whom turns and contexts are kept apart. */
  readonly user?: string;
  /** Steps as events, whatever the client says that it accepts. */
  readonly stream?: boolean;
}

const MOST_ALTERNATIVES = 64;
const MOST_STEPS = 4096;
const MOST_DRAWS = 256;
/** A hole's cells come to no more than its window. */
const MOST_CELLS = 4096;
const MOST_STARTS = 16;

const POSITIVE = v.pipe(
  v.number('must be a number'),
  v.finite('must be a number'),
  v.minValue(0, 'must not be negative'),
);
const SHARE = v.pipe(POSITIVE, v.maxValue(1, 'must be a number from 0 to 1'));
function oneOf<const T extends readonly string[]>(names: T) {
  return v.picklist(names, `must be one of ${names.join(', ')}`);
}
function listOf<T extends v.GenericSchema>(item: T, most: number) {
  return v.pipe(v.array(item, 'must be a list'), v.maxLength(most, `must have ${most} items at most`));
}
/** The schemas of an engine's request: the compiler holds them to its fields, none too few. */
type FieldsOf<T> = Readonly<Record<keyof T, v.GenericSchema>>;

function object<T extends v.ObjectEntries>(entries: T) {
  return v.strictObject(entries, 'must be an object');
}

/** A name, not a text. */
const MOST_OF_NAME = 200;
const NAME = v.pipe(TEXT, v.maxLength(MOST_OF_NAME, `must have ${MOST_OF_NAME} characters at most`));

const COMMON = {
  session: v.exactOptional(NAME),
  user: v.exactOptional(NAME),
  stream: v.exactOptional(FLAG),
} satisfies FieldsOf<Common>;

const REVERSE_PROCESS = {
  decoding: v.exactOptional(oneOf(DECODINGS)),
  orderTemperature: v.exactOptional(POSITIVE),
  exact: v.exactOptional(FLAG),
  sampling: v.exactOptional(oneOf(['greedy', 'multinomial'])),
  temperature: v.exactOptional(POSITIVE),
  topP: v.exactOptional(SHARE),
  topK: v.exactOptional(whole(0)),
  order: v.exactOptional(oneOf([...UNMASKING_ORDERS, FORMER_ORDER])),
  steps: v.exactOptional(whole(1, MOST_STEPS)),
  schedule: v.exactOptional(oneOf(SCHEDULES)),
  threshold: v.exactOptional(SHARE),
  thresholdFactor: v.exactOptional(POSITIVE),
  entropyBound: v.exactOptional(POSITIVE),
  blockLength: v.exactOptional(whole(0)),
  remasking: v.exactOptional(oneOf(REMASKINGS)),
  remaskingStrength: v.exactOptional(SHARE),
  guidance: v.exactOptional(POSITIVE),
  repetitionPenalty: v.exactOptional(v.pipe(POSITIVE, v.minValue(1, 'must be at least 1'))),
  bannedTokens: v.exactOptional(listOf(whole(0), MOST_CELLS)),
  suppressEndOfText: v.exactOptional(FLAG),
  seed: v.exactOptional(whole(0)),
  alternatives: v.exactOptional(whole(0, MOST_ALTERNATIVES)),
} satisfies FieldsOf<ReverseProcessOptions>;

const CELL = object({
  token: v.nullable(whole(0)),
  locked: v.exactOptional(FLAG),
  confidence: v.exactOptional(SHARE),
} satisfies FieldsOf<CellStart>);

const PATIENCE = object({
  times: v.pipe(
    v.number('must be a number'),
    v.finite('must be a number'),
    v.minValue(1, 'must be at least 1'),
  ),
  ms: POSITIVE,
});

/** The types of requests, each with the fields it takes. */
function schemas(limits: Limits) {
  const tokens = whole(1, limits.tokens);
  const cells = listOf(CELL, MOST_CELLS);
  const parts = listOf(v.union([TEXT, object({ masks: v.optional(tokens) })]), MOST_CELLS);
  const hole = object({
    replaced: v.exactOptional(TEXT),
    tokens: v.exactOptional(tokens),
    parts: v.exactOptional(
      v.pipe(
        parts,
        v.transform((all) => all.map(maskRun)),
      ),
    ),
    cells: v.exactOptional(cells),
  } satisfies FieldsOf<HoleRequest>);
  const around = { path: v.exactOptional(TEXT), prefix: TEXT, suffix: TEXT };
  const between = v.exactOptional(listOf(TEXT, limits.holes - 1));
  const fill = object({
    ...COMMON,
    ...REVERSE_PROCESS,
    ...around,
    between,
    holes: v.exactOptional(listOf(hole, limits.holes)),
    maxTokens: v.exactOptional(tokens),
    lengthSearch: v.exactOptional(oneOf(LENGTH_SEARCHES)),
    drafts: v.exactOptional(FLAG),
    allowBlank: v.exactOptional(FLAG),
    candidates: v.exactOptional(whole(1, limits.choices)),
    starts: v.exactOptional(v.pipe(listOf(oneOf(STARTS), MOST_STARTS), v.minLength(1, 'must not be empty'))),
    lookAgain: v.exactOptional(FLAG),
    patience: v.exactOptional(PATIENCE),
    leastChance: v.exactOptional(SHARE),
    keptContext: v.exactOptional(NAME),
  } satisfies FieldsOf<FillRequest>);
  return {
    fill,
    'read-context': fill,
    'forget-context': object({ ...COMMON, keptContext: NAME }),
    generate: object({
      ...COMMON,
      ...REVERSE_PROCESS,
      tokens,
      cells: v.exactOptional(cells),
    } satisfies FieldsOf<GenerateRequest>),
    score: object({
      ...COMMON,
      ...around,
      text: TEXT,
      alternatives: v.exactOptional(whole(0, MOST_ALTERNATIVES)),
      masked: v.exactOptional(oneOf(SCORE_MASKS)),
    } satisfies FieldsOf<ScoreRequest>),
    likelihood: object({
      ...COMMON,
      ...around,
      between,
      middles: listOf(TEXT, limits.holes),
      draws: v.exactOptional(whole(1, MOST_DRAWS)),
      seed: v.exactOptional(whole(0)),
    } satisfies FieldsOf<LikelihoodRequest>),
    tokenize: object({ ...COMMON, text: TEXT }),
  };
}

/** @returns what reads bodies; it throws a ServeError 400 that names the field */
export function fillBodyReader(limits: Limits): (body: unknown) => FillBody {
  const known = schemas(limits);
  return (body) => {
    const { type, ...fields } = checkBody(v.looseObject({ type: v.optional(v.unknown(), 'fill') }), body);
    const { session, user, stream, ...request } = checkBody(schemaOf(known, type), fields);
    const common = {
      ...(user === undefined ? {} : { user }),
      ...(session === undefined ? {} : { session }),
      ...(stream === undefined ? {} : { stream }),
    };
    return { ...common, type, request } as FillBody;
  };
}

function schemaOf<T extends object>(known: T, type: unknown): T[keyof T] {
  if (typeof type === 'string' && Object.hasOwn(known, type)) return known[type as keyof T];
  throw new ServeError(400, `“type” must be one of ${Object.keys(known).join(', ')}.`, {
    code: 'bad_request',
    param: 'type',
  });
}

/** A run of masks of unknown length has no number; in JSON it has no field either. */
function maskRun(part: string | { masks?: number | undefined }): string | { masks: number | undefined } {
  return typeof part === 'string' ? part : { masks: part.masks };
}
