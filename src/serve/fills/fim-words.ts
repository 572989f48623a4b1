import { ServeError } from '../http/serve-error';
import { beginsWithFile, filesOf, type PromptFiles } from './prompt-files';

/** A prompt that some other model's words for filling in the middle have been taken out of. */
export interface TakenApart extends PromptFiles {
  readonly suffix: string;
}

/** The words of one family of models, and what stands behind each. */
interface Family {
  readonly prefix: string;
  readonly suffix: string;
  /** Codestral's prompts may do without: the hole is at their end. */
  readonly middle: string;
  /** Each of them alone may be text. */
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
  // DeepSeek-Coder, in any of its spellings
  { prefix: '<|fim_begin|>', suffix: '<|fim_hole|>', middle: '<|fim_end|>' },
  // Codestral
  { prefix: '[PREFIX]', suffix: '[SUFFIX]', middle: '[MIDDLE]' },
  // Seed-Coder
  { prefix: '<[fim-prefix]>', suffix: '<[fim-suffix]>', middle: '<[fim-middle]>' },
  // GLM, CodeGeeX4
  { prefix: '<|code_prefix|>', suffix: '<|code_suffix|>', middle: '<|code_middle|>' },
];

/** Words at a prompt's very beginning or end that say nothing. */
const AROUND =
  /^(?:<s>|<bos>|<\|begin_of_text\|>|<\|end_?of_?text\|>|<[|｜]begin[▁_ ]of[▁_ ]sentence[|｜]>|<\[begin▁of▁sentence\]>|<\|user\|>\n?)+|<\|assistant\|>\n?$/g;
/** A turn of a chat, as some clients wrap such prompts for models that chat. */
const CHAT =
  /^(?:<\|im_start\|>system\n[^]*?<\|im_end\|>\n?)?<\|im_start\|>user\n([^]*)<\|im_end\|>\n?<\|im_start\|>assistant\n?$/;
/** The vocabulary's own bar and blank, or ASCII's. */
const DEEPSEEK = /<[|｜]fim[▁_ ](begin|hole|end)[|｜]>/g;
/** A blank as CodeLlama's vocabulary writes it; some copy it from there. */
const WRITTEN_BLANK = /▁(?=<(?:PRE|SUF|MID)>)/g;
/** Of what stands around a prompt: no text begins so. */
const SPECIAL = /^<[|｜][\w▁-]+[|｜]>/;
/** Anything that looks like a word of this kind. */
const ANY_WORD =
  /<(?:[|｜[]\s*)?fim[-_▁ ][^<>\s]{1,24}>|<\|(?:code_|prompt_)?(?:prefix|suffix|middle)\|>|<[|｜][^|｜<>\n]{0,20}(?:cursor|infill|hole|mask:|marker_)[^|｜<>\n]{0,20}[|｜]>|<(?:FILL_ME|FILL_HERE|INFILL|extra_id_\d+|mask_?\d+|AIX-SPAN-[A-Z]+|SUF|MID)>|\{\{FILL_HERE\}\}/;

/**
 * Takes the words of a model family out of a prompt, in whatever order they stand, and the names of files.
 *
 * @returns undefined for a prompt without any
 * @throws ServeError 400 that names a word that is not known, or that stands where it makes no sense
 */
export function takeApart(prompt: string): TakenApart | undefined {
  const text = inner(prompt);
  const spelt = text.replace(DEEPSEEK, '<|fim_$1|>');
  const family = FAMILIES.find((one) => isWrittenIn(spelt, one));
  if (!family && !beginsWithFile(text)) {
    refuseUnknown([text]);
    return SPECIAL.test(prompt) ? { prefix: text, suffix: '', path: undefined, files: [] } : undefined;
  }
  const { before, prefix, suffix, middle } = family ? partsOf(spelt, family) : { ...NO_PARTS, prefix: text };
  const own = filesOf(before, prefix);
  // What stands behind the word of the middle is the middle's beginning.
  const whole = { ...own, prefix: own.prefix + middle, suffix };
  refuseUnknown([whole.prefix, suffix, middle, ...whole.files.map((file) => file.text)]);
  return whole;
}

/**
 * The texts around a hole, given as such, or in the words of some other model.
 *
 * @throws ServeError 400 where it is not clear what is to be filled
 */
export function aroundHole(prompt: string, suffix: string): TakenApart {
  if (suffix === '') return takeApart(prompt) ?? { prefix: prompt, suffix, path: undefined, files: [] };
  if (!beginsWithFimWord(prompt)) return { ...filesOf('', prompt), suffix };
  throw new ServeError(
    400,
    'The prompt has words of its own for what stands after the cursor: send it without “suffix”.',
    { code: 'bad_request', param: 'suffix' },
  );
}

/** Tells whether a prompt begins with a word of some family: it brings its suffix along, if it has one. */
function beginsWithFimWord(prompt: string): boolean {
  const text = inner(prompt).replace(DEEPSEEK, '<|fim_$1|>');
  return FAMILIES.some((family) => begins(text, family));
}

/** A prompt without what stands around any. */
function inner(prompt: string): string {
  const turn = CHAT.exec(prompt)?.[1];
  // A turn of sentences is no hole, and stays to be refused.
  const text = turn !== undefined && FAMILIES.some((one) => isWrittenIn(turn, one)) ? turn : prompt;
  return text.replace(AROUND, '').replace(WRITTEN_BLANK, '');
}

/** One word alone may be text within a line: `<PRE>` is HTML. */
function isWrittenIn(text: string, family: Family): boolean {
  return (text.includes(family.prefix) && text.includes(family.suffix)) || begins(text, family);
}

function begins(text: string, { prefix, suffix, spaced = false }: Family): boolean {
  return !spaced && (text.startsWith(prefix) || text.startsWith(suffix));
}

const NO_PARTS = { before: '', prefix: '', suffix: '', middle: '' };

function partsOf(text: string, family: Family): typeof NO_PARTS {
  const parts = { ...NO_PARTS };
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
  return isSpaced(parts, family) ? unspaced(parts) : parts;
}

/** CodeLlama's words have blanks around them. Some clients leave these out, and some write other words with them. */
function isSpaced({ prefix, suffix, middle }: typeof NO_PARTS, { spaced = false }: Family): boolean {
  const around = spaced ? /^ (?:[^]* )?$/ : /^ [^]* $/;
  return (spaced || middle === '') && around.test(prefix) && suffix.endsWith(' ');
}

/** Before what cannot begin with a blank, one more is a client's that puts one there too. */
function unspaced(parts: typeof NO_PARTS): typeof NO_PARTS {
  return {
    ...parts,
    prefix: parts.prefix.replace(/^ | $/g, ''),
    suffix: parts.suffix.replace(/ $/, '').replace(/^ (?=[\r\n)\]};,:]|$)/, ''),
    middle: parts.middle.replace(/^ /, ''),
  };
}

function refuseUnknown(texts: readonly string[]): void {
  for (const text of texts) {
    const word = ANY_WORD.exec(text)?.[0] ?? SPECIAL.exec(text)?.[0];
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
