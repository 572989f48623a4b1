import { ServeError } from '../http/serve-error';
import type { OtherFile } from './other-files';

/** A prompt that some other model's words for filling in the middle have been taken out of. */
export interface TakenApart {
  readonly prefix: string;
  readonly suffix: string;
  readonly path: string | undefined;
  /** Pieces of other files that stood before. */
  readonly files: readonly OtherFile[];
}

/** The words of one family of models, and what stands behind each. */
interface Family {
  readonly prefix: string;
  readonly suffix: string;
  /** Codestral's prompts may do without: the hole is at their end. */
  readonly middle: string;
  /** Blanks that belong to the words. */
  readonly spaced?: boolean;
}

const FAMILIES: readonly Family[] = [
  // Qwen2.5-Coder, CodeGemma, Granite 4, Yi-Coder
  { prefix: '<|fim_prefix|>', suffix: '<|fim_suffix|>', middle: '<|fim_middle|>' },
  // StarCoder, StarCoder2, StableCode, Granite, Refact, Mellum, Replit
  { prefix: '<fim_prefix>', suffix: '<fim_suffix>', middle: '<fim_middle>' },
  // SantaCoder
  { prefix: '<fim-prefix>', suffix: '<fim-suffix>', middle: '<fim-middle>' },
  // CodeLlama
  { prefix: '<PRE>', suffix: '<SUF>', middle: '<MID>', spaced: true },
  // DeepSeek-Coder
  { prefix: '<｜fim▁begin｜>', suffix: '<｜fim▁hole｜>', middle: '<｜fim▁end｜>' },
  { prefix: '<|fim_begin|>', suffix: '<|fim_hole|>', middle: '<|fim_end|>' },
  { prefix: '<|fim▁begin|>', suffix: '<|fim▁hole|>', middle: '<|fim▁end|>' },
  // Codestral
  { prefix: '[PREFIX]', suffix: '[SUFFIX]', middle: '[MIDDLE]' },
  // Seed-Coder
  { prefix: '<[fim-prefix]>', suffix: '<[fim-suffix]>', middle: '<[fim-middle]>' },
  // GLM, CodeGeeX4
  { prefix: '<|code_prefix|>', suffix: '<|code_suffix|>', middle: '<|code_middle|>' },
];

/** Words at a prompt's very beginning or end that say nothing. */
const AROUND =
  /^(?:<s>|<bos>|<\|begin_of_text\|>|<\|endoftext\|>|<｜begin▁of▁sentence｜>|<\|user\|>\n?)+|<\|assistant\|>\n?$/g;
/** A blank as CodeLlama's vocabulary writes it; some copy it from there. */
const WRITTEN_BLANK = /▁(?=<(?:PRE|SUF|MID)>)/g;
/** Of what stands around a prompt: no text has these. */
const SPECIAL = /^<[|｜]/;
/** Before the name of a file, or of a repository. */
const FILE_WORD =
  /(<\|file_sep\|>|<file_sep>|<\|file_separator\|>|<filename>|<\|repo_name\|>|<repo_name>|<reponame>)/;
const REPOSITORY = /^<\|?repo_?name\|?>$/;
/** Anything that looks like a word of this kind. */
const ANY_WORD =
  /<(?:[|｜[]\s*)?fim[-_▁ ][^<>\s]{1,24}>|<\|(?:code|prompt)_(?:prefix|suffix|middle)\|>|<[|｜][^|｜<>\n]{0,20}(?:cursor|infill|hole|mask:)[^|｜<>\n]{0,20}[|｜]>|<(?:FILL_ME|FILL_HERE|INFILL|extra_id_\d+|AIX-SPAN-[A-Z]+|SUF|MID)>|\{\{FILL_HERE\}\}/;

/**
 * Takes the words of a model family out of a prompt, in whatever order they stand.
 *
 * @returns undefined for a prompt without any
 * @throws ServeError 400 that names a word that is not known, or that stands where it makes no sense
 */
export function takeApart(prompt: string): TakenApart | undefined {
  const text = prompt.replace(AROUND, '').replace(WRITTEN_BLANK, '');
  const family = FAMILIES.find((one) => isWrittenIn(text, one));
  if (!family) {
    refuseUnknown([prompt]);
    return SPECIAL.test(prompt) ? { prefix: text, suffix: '', path: undefined, files: [] } : undefined;
  }
  const { before, prefix, suffix, middle } = partsOf(text, family);
  const own = ownFile(before, prefix);
  // What stands behind the word of the middle is the middle's beginning.
  const whole = { ...own, prefix: own.prefix + middle, suffix };
  refuseUnknown([whole.prefix, suffix, ...whole.files.map((file) => file.text)]);
  return whole;
}

/** Tells whether a prompt begins with a word of some family: it brings its suffix along, if it has one. */
export function beginsWithFimWord(prompt: string): boolean {
  const text = prompt.replace(AROUND, '');
  return FAMILIES.some(({ prefix, suffix, spaced }) => {
    return !spaced && (text.startsWith(prefix) || text.startsWith(suffix));
  });
}

/** One word alone may be text: `<PRE>` is HTML. */
function isWrittenIn(text: string, { prefix, suffix, middle, spaced = false }: Family): boolean {
  if (text.includes(prefix) && text.includes(suffix)) return true;
  return !spaced && text.startsWith(prefix) && text.includes(middle);
}

function partsOf(text: string, family: Family): Record<'before' | 'prefix' | 'suffix' | 'middle', string> {
  const parts = { before: '', prefix: '', suffix: '', middle: '' };
  const words = (['prefix', 'suffix', 'middle'] as const).flatMap((role) => {
    const word = family[role];
    const at = text.indexOf(word);
    if (at >= 0 && text.includes(word, at + 1)) {
      throw refused(`“${word}” stands in the prompt more than once, so what is to be filled is not clear`);
    }
    return at < 0 ? [] : [{ role, word, at }];
  });
  words.sort((a, b) => a.at - b.at);
  parts.before = text.slice(0, words[0]!.at);
  words.forEach(({ role, word, at }, i) => {
    parts[role] = text.slice(at + word.length, words[i + 1]?.at);
  });
  if (family.spaced) {
    parts.prefix = parts.prefix.replace(/^ | $/g, '');
    parts.suffix = parts.suffix.replace(/ $/, '');
  }
  return parts;
}

/** The file that is filled, by the names before its text, and those before it. */
function ownFile(before: string, prefix: string): Omit<TakenApart, 'suffix'> {
  const named = FILE_WORD.exec(prefix)?.index === 0 ? prefix.split(FILE_WORD) : [''];
  const last = named.length > 1 ? named.at(-1)! : undefined;
  const outside =
    last === undefined ? before : before + named.slice(0, -1).join('') + last.split('\n', 1)[0]!;
  const own = last === undefined ? prefix : last.slice(last.indexOf('\n') + 1);
  return { ...filesOf(outside), prefix: own };
}

/** Files one after the other, each behind a word and its name; a name alone at the end is the own file's. */
function filesOf(text: string): Pick<TakenApart, 'files' | 'path'> {
  const pieces = text.split(FILE_WORD);
  const files: OtherFile[] = [];
  let path: string | undefined;
  for (let i = 1; i < pieces.length; i += 2) {
    if (REPOSITORY.test(pieces[i]!)) continue;
    const [name = '', ...lines] = pieces[i + 1]!.split('\n');
    const content = lines.join('\n');
    if (content.trim() !== '') files.push({ path: name.trim() || undefined, text: content });
    else if (i + 2 >= pieces.length) path = name.trim() || undefined;
  }
  return { files, path };
}

function refuseUnknown(texts: readonly string[]): void {
  for (const text of texts) {
    const word = ANY_WORD.exec(text)?.[0];
    if (word !== undefined)
      throw refused(`“${word}” is no word that this server knows, or stands where it does not belong`);
  }
}

function refused(why: string): ServeError {
  return new ServeError(
    400,
    `${why}. Send the text before the cursor as “prompt” and the text after it as “suffix”, or use the words of Qwen2.5-Coder, StarCoder, CodeLlama, DeepSeek-Coder, Codestral, Seed-Coder or CodeGeeX.`,
    { code: 'unknown_fim_word', param: 'prompt' },
  );
}
