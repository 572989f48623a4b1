import { CONFIG } from './architectures';
import type { ForeignArchitecture, ForeignModel } from './foreign-model';
import { refusal, shown } from './import-error';
import { isObject, type JsonObject } from './strict-json';
import { TOKENIZER, type TokenizerFile } from './tokenizer-file';

const GENERATION_CONFIG = 'generation_config.json';
const TOKENIZER_CONFIG = 'tokenizer_config.json';
const SPECIAL_TOKENS_MAP = 'special_tokens_map.json';
const ADDED_TOKENS = 'added_tokens.json';
export const SIDE_FILES = [GENERATION_CONFIG, TOKENIZER_CONFIG, SPECIAL_TOKENS_MAP, ADDED_TOKENS] as const;

/** config.json, the files beside it, by name, and the tokenizer. */
export interface SpecialIdSources {
  readonly config: JsonObject;
  readonly side: Readonly<Record<(typeof SIDE_FILES)[number], JsonObject>>;
  readonly tokenizer: TokenizerFile;
}

/** An id and the place that gives it. */
interface Claim {
  readonly file: string;
  /** Of the field, or the token. */
  readonly name: string;
  readonly id: number;
}

const SAME_VERSION =
  'Get all files of the same version of the model; which of the two is right must not be guessed.';
const MASK_NAME = /^[<[]\|?(mdm_)?mask\|?[>\]]$/i;
const EXPAND_NAME = '<|expand|>';
const DELETE_NAME = '<|delete|>';

/**
 * Every place that names a mask; none of them is the padding or the end. A token that is called so among those that are
 * added to the vocabulary is a place as well.
 */
export function maskClaims(sources: SpecialIdSources): Claim[] {
  const named = addedTokens(sources).filter(({ name }) => MASK_NAME.test(name));
  const claims = [...idClaims(sources, 'mask_token_id'), ...contentClaims(sources, 'mask_token')];
  // Of several tokens that are called so the one that the other files mean is right, wherever it is listed.
  const meant = new Set(
    named.filter(({ id }) => claims.some((claim) => claim.id === id)).map(({ name }) => name),
  );
  return [...claims, ...(meant.size > 0 ? named.filter(({ name }) => meant.has(name)) : named)];
}

/** @throws EngineError `import-refused` when no file names the mask, or two differ */
function maskOf(sources: SpecialIdSources, vocabulary: number): number {
  const mask = agreed('mask', maskClaims(sources));
  if (mask === undefined) {
    throw refusal(
      CONFIG,
      `no mask token is named: no mask_token_id in config.json or generation_config.json, no mask_token in tokenizer_config.json, no mask among the added_tokens of tokenizer.json or of the files beside it`,
      'The token for padding or for the end is not taken for it. Set mask_token_id, if the model card names it; otherwise this is no masked-diffusion model.',
    );
  }
  const { id } = mask;
  if (id >= vocabulary) {
    throw refusal(
      CONFIG,
      `the mask (mask_token_id) is ${id}, as ${placeOf(mask)} says, but the embedding has ${vocabulary} rows, for the ids 0 to ${vocabulary - 1}`,
      'Get the checkpoint whose embedding was made larger: the mask was added to the tokenizer, not to the network.',
    );
  }
  if (sources.tokenizer.isText(id)) {
    throw refusal(
      CONFIG,
      `the mask (mask_token_id) is ${id}, as ${placeOf(mask)} says, but tokenizer.json has that id as ordinary text`,
      'Get tokenizer.json and config.json of the same model.',
    );
  }
  const [name, other] = addedTokens(sources).filter((token) => token.id === id);
  if (name && other && other.name !== name.name) {
    throw refusal(
      other.file,
      `the mask (mask_token_id) is ${id}, which is ${shown(other.name)} there, but ${shown(name.name)} in ${name.file}`,
      SAME_VERSION,
    );
  }
  return id;
}

/** @throws EngineError `import-refused` when an id has no row, or one id has two meanings that exclude each other */
export function specialIds(
  sources: SpecialIdSources,
  architecture: ForeignArchitecture,
  vocabulary: number,
): Pick<ForeignModel, 'tokens' | 'framing'> {
  const mask = maskOf(sources, vocabulary);
  const ends = endsOf(sources);
  const beginning =
    contentClaims(sources, 'bos_token').at(0)?.id ?? idClaims(sources, 'bos_token_id').at(0)?.id;
  const resizing =
    architecture === 'dreamon' ? resizingIds(sources, ends) : { expand: undefined, delete: undefined };
  for (const [name, id] of [
    ['eos_token_id', Math.max(-1, ...ends)],
    ['bos_token_id', beginning],
    ['expand_token_id', resizing.expand],
    ['delete_token_id', resizing.delete],
  ] as const)
    if (id !== undefined && id >= vocabulary) {
      throw refusal(
        CONFIG,
        `${name} is ${id}, but the embedding has ${vocabulary} rows`,
        'Get config.json and tokenizer.json of the same model.',
      );
    }
  for (const [one, other, id, areOne] of [
    ['mask_token_id', 'eos_token_id', mask, ends.includes(mask)],
    ['mask_token_id', 'bos_token_id', mask, beginning === mask],
    ['mask_token_id', 'expand_token_id', mask, resizing.expand === mask],
    ['mask_token_id', 'delete_token_id', mask, resizing.delete === mask],
    ['expand_token_id', 'delete_token_id', resizing.expand, resizing.expand === resizing.delete],
    ['expand_token_id', 'eos_token_id', resizing.expand, ends.some((end) => end === resizing.expand)],
  ] as const)
    if (id !== undefined && areOne) {
      throw refusal(
        CONFIG,
        `${one} and ${other} are both ${id}, which cannot mean two things in a text`,
        `Set ${one} to what the model card names.`,
      );
    }
  return {
    tokens: { mask, ends, beginning, ...resizing, deleteTakesAllBehind: architecture === 'dreamon' },
    framing: framingOf(sources, architecture, { ends, beginning }),
  };
}

/** Ends of a text: the one that the tokenizer writes first. */
function endsOf(sources: SpecialIdSources): number[] {
  const claims = [...contentClaims(sources, 'eos_token'), ...idClaims(sources, 'eos_token_id')];
  return [...new Set(claims.map(({ id }) => id))];
}

/** DreamOn's code deletes by the end of text where no other token is named (`delete_token_id = eos_token_id`). */
function resizingIds(sources: SpecialIdSources, ends: readonly number[]): { expand: number; delete: number } {
  const named = (name: string, content: string): number | undefined => {
    const id = idOf(sources, content);
    const claims = idClaims(sources, name);
    if (id !== undefined) claims.push({ file: TOKENIZER, name: content, id });
    return agreed(name, claims)?.id;
  };
  const expand = named('expand_token_id', EXPAND_NAME);
  const remove = named('delete_token_id', DELETE_NAME) ?? ends[0];
  if (expand === undefined || remove === undefined) {
    const missing = expand === undefined ? 'expand_token_id' : 'delete_token_id';
    throw refusal(
      CONFIG,
      `${missing} is missing, and so is such a token in tokenizer.json`,
      'Give --architecture dream, if the model knows no expanding and deleting.',
    );
  }
  return { expand, delete: remove };
}

/**
 * DreamOn's readme puts the beginning before the prefix and the end behind the suffix; its evaluation does the same to
 * the Dream models. The other authors frame nothing.
 */
function framingOf(
  sources: SpecialIdSources,
  architecture: ForeignArchitecture,
  { ends, beginning }: { ends: readonly number[]; beginning: number | undefined },
): ForeignModel['framing'] {
  if (architecture !== 'dream' && architecture !== 'dreamon') return { before: [], behind: [] };
  const end = contentClaims(sources, 'eos_token').at(0)?.id ?? ends[0];
  if (architecture === 'dreamon' && (beginning === undefined || end === undefined)) {
    const missing = beginning === undefined ? 'bos_token_id' : 'eos_token_id';
    throw refusal(
      CONFIG,
      `${missing} is missing: DreamOn wants it around every text`,
      'Get config.json and tokenizer_config.json again.',
    );
  }
  return {
    before: beginning === undefined ? [] : [beginning],
    behind: end === undefined ? [] : [end],
  };
}

/** Tells whether config.json or generation_config.json names a token that expands: then the model is DreamOn. */
export function namesExpand({ config, side }: Pick<SpecialIdSources, 'config' | 'side'>): boolean {
  return [config, side[GENERATION_CONFIG]].some(({ expand_token_id: id }) => id !== undefined && id !== null);
}

/** The ids that config.json and generation_config.json give under a name; a list gives several. */
function idClaims({ config, side }: SpecialIdSources, name: string): Claim[] {
  const files = { [CONFIG]: config, [GENERATION_CONFIG]: side[GENERATION_CONFIG] };
  return Object.entries(files).flatMap(([file, json]) => {
    const value = json[name];
    if (value === undefined || value === null) return [];
    const ids: readonly unknown[] = Array.isArray(value) && name === 'eos_token_id' ? value : [value];
    return ids.map((id) => {
      if (!Number.isInteger(id) || (id as number) < 0) {
        throw refusal(file, `${name} is ${shown(value)}; the id of a token is wanted`, `Get ${file} again.`);
      }
      return { file, name, id: id as number };
    });
  });
}

/** The ids of the tokens that tokenizer_config.json and special_tokens_map.json name, as a text or an object with `content`. */
function contentClaims(sources: SpecialIdSources, name: string): Claim[] {
  return ([TOKENIZER_CONFIG, SPECIAL_TOKENS_MAP] as const).flatMap((file) => {
    const value = sources.side[file][name];
    if (value === undefined || value === null) return [];
    const content = isObject(value) ? value['content'] : value;
    if (typeof content !== 'string') {
      throw refusal(file, `${name} is ${shown(value)}; a token is wanted`, `Get ${file} again.`);
    }
    const id = idOf(sources, content);
    if (id === undefined) {
      throw refusal(
        file,
        `${name} is ${shown(content)}, which tokenizer.json does not have`,
        `Get tokenizer.json and ${file} of the same model.`,
      );
    }
    return [{ file, name, id }];
  });
}

/** @throws EngineError `import-refused` when two files give the token different ids */
function idOf(sources: SpecialIdSources, content: string): number | undefined {
  const id = sources.tokenizer.idOf(content);
  const claims = id === undefined ? [] : [{ file: TOKENIZER, name: content, id }];
  const others = addedTokens(sources).filter(({ name }) => name === content);
  return agreed(`token ${shown(content)}`, [...claims, ...others])?.id;
}

/** Tokens beside the vocabulary, under their contents: slow tokenizers list them in files of their own, some there alone. */
function addedTokens({ side, tokenizer }: SpecialIdSources): Claim[] {
  const decoder = side[TOKENIZER_CONFIG]['added_tokens_decoder'];
  const decoded = Object.entries(isObject(decoder) ? decoder : {}).flatMap(([id, token]) => {
    const name = isObject(token) ? token['content'] : undefined;
    const isToken = typeof name === 'string' && /^\d{1,7}$/.test(id);
    return isToken ? [{ file: TOKENIZER_CONFIG, name, id: Number(id) }] : [];
  });
  const listed = Object.entries(side[ADDED_TOKENS]).map(([name, id]) => {
    if (Number.isInteger(id) && (id as number) >= 0) return { file: ADDED_TOKENS, name, id: id as number };
    throw refusal(
      ADDED_TOKENS,
      `${shown(name)} has the id ${shown(id)}; the id of a token is wanted`,
      `Get ${ADDED_TOKENS} again.`,
    );
  });
  const own = tokenizer.added.map(({ id, content }) => ({ file: TOKENIZER, name: content, id }));
  return [...own, ...decoded, ...listed];
}

function placeOf({ file, name }: Claim): string {
  return `${name} in ${file}`;
}

/** @throws EngineError `import-refused` when two places differ */
function agreed(what: string, claims: readonly Claim[]): Claim | undefined {
  const [first, ...others] = claims;
  const other = first && others.find(({ id }) => id !== first.id);
  if (first && other) {
    throw refusal(
      first.file,
      `the ${what} is ${first.id} (${placeOf(first)}), but ${other.id} by ${placeOf(other)}`,
      SAME_VERSION,
    );
  }
  return first;
}
