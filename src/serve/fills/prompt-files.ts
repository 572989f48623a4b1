import type { OtherFile } from './other-files';

/** The files that a prompt consists of: the one that is filled, and those before it. */
export interface PromptFiles {
  readonly files: readonly OtherFile[];
  /** The name of the file that is filled. */
  readonly path: string | undefined;
  /** Its text up to the hole. */
  readonly prefix: string;
}

/** Before a file's name; where a line may begin so in code too, only there. The last two are Codestral's and CodeGeeX's. */
const FILE_WORD =
  /(<\|file_sep\|>|<file_sep>|<\|file_separator\|>|(?<![^\n])(?:<filename>|\+{5} (?=\S)|###PATH:))/;
/** Codestral's files come without a word before the first. */
const LATER_FILE = /^\+{5} \S/m;
const REPOSITORY = /^<\|?repo_?name\|?>[^\n<]*\n?/;
/** Of CodeGeeX: they say nothing that a name does not. */
const HEADINGS = /^###(?:REFERENCE:|LANGUAGE:.*|MODE:.*)\n/gm;
/** A client may close a file with it. */
const END_OF_FILE = /<\|endoftext\|>\n?$/;
const LONGEST_NAME = 200;
/** A first line that may be a name. */
const NAME = /^(?:[^\s(){}=;,<>"']+|[^(){}=;,<>"']*[\\/.][^\s(){}=;,<>"']+) *$/;
/** One that is hardly code. */
const PLAIN_NAME = /^[\w@+~-]*[\\/.][\w@.\\/+~-]*$/;

/** Tells whether a prompt begins with the word for a file, as those of several files do. */
export function beginsWithFile(prompt: string): boolean {
  return FILE_WORD.exec(prompt.replace(REPOSITORY, ''))?.index === 0;
}

/**
 * The files of a prompt. The name of the one that is filled stands at the end of what is before it, or at its own
 * beginning.
 */
export function filesOf(before: string, prefix: string): PromptFiles {
  if (beginsWithFile(prefix) || LATER_FILE.test(prefix)) {
    const files = split(before + prefix);
    const own = files.pop();
    return { files: withText(files), path: own?.path, prefix: own?.text ?? '' };
  }
  const files = split(before);
  const last = files.at(-1);
  // Text before the hole's own words is another file's, unless a word has just begun this one.
  if (!last || last.text.trim() !== '') return { files: withText(files), path: undefined, prefix };
  const [first = '', ...lines] = prefix.split('\n');
  return last.path === undefined && PLAIN_NAME.test(first)
    ? { files: withText(files), path: first, prefix: lines.join('\n') }
    : { files: withText(files), path: last.path, prefix };
}

/** Each behind its word and its name; what stands before the first word has none. */
function split(text: string): OtherFile[] {
  const [before = '', ...pieces] = text.replace(REPOSITORY, '').replace(HEADINGS, '').split(FILE_WORD);
  const files: OtherFile[] = before.trim() === '' ? [] : [{ path: undefined, text: before }];
  for (let i = 1; i < pieces.length; i += 2) {
    const piece = pieces[i]!.replace(END_OF_FILE, '');
    const [first = '', ...lines] = piece.split('\n');
    files.push(
      first.length <= LONGEST_NAME && NAME.test(first)
        ? { path: first.trim(), text: lines.join('\n') }
        : { path: undefined, text: piece },
    );
  }
  return files;
}

function withText(files: readonly OtherFile[]): OtherFile[] {
  return files.filter(({ text }) => text.trim() !== '');
}
