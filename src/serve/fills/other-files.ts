import path from 'node:path';

/** A piece of another file that may help. */
export interface OtherFile {
  readonly path: string | undefined;
  readonly text: string;
}

/** Code has about so many characters a token; fewer, so that the text around the cursor is never crowded out. */
const CHARACTERS_PER_TOKEN = 3;
/** A shorter rest of a file tells nothing. */
const LEAST_CHARACTERS = 80;

const HASH = new Set('.py .rb .sh .bash .yaml .yml .toml .pl .r .ex .exs .jl .nix .tf .cmake'.split(' '));
const DASHES = new Set('.sql .lua .hs .elm'.split(' '));
const MARKUP = new Set('.html .xml .md .vue .svelte'.split(' '));
const BLOCK = new Set('.css .scss .less'.split(' '));

/**
 * The prefix with pieces of other files in front, each under its name in a comment, as far as prefix and suffix leave
 * room in the model's window. The last file is the nearest: of too many, the first ones are left out.
 *
 * @param tokens the window's rows that are left for the context
 */
export function withOtherFiles(
  prefix: string,
  suffix: string,
  files: readonly OtherFile[],
  tokens: number,
): { readonly prefix: string; readonly whole: boolean } {
  let room = tokens * CHARACTERS_PER_TOKEN - prefix.length - suffix.length;
  let before = '';
  let whole = true;
  for (const { path: name, text } of files.toReversed()) {
    const title = name === undefined ? '' : `${commented(name)}\n`;
    const kept = beginning(text.trimEnd(), room - title.length - 2);
    whole &&= kept === text.trimEnd();
    if (kept === '') continue;
    before = `${title}${kept}\n\n${before}`;
    room -= title.length + kept.length + 2;
  }
  return { prefix: before + prefix, whole };
}

/** So much of a text as fits, to the end of a line; nothing where that is too little. */
function beginning(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = most < LEAST_CHARACTERS ? -1 : text.lastIndexOf('\n', most);
  return cut < LEAST_CHARACTERS ? '' : text.slice(0, cut);
}

function commented(name: string): string {
  const line = name.replace(/[\r\n]+/g, ' ');
  const extension = path.extname(line).toLowerCase();
  if (HASH.has(extension)) return `# ${line}`;
  if (DASHES.has(extension)) return `-- ${line}`;
  if (MARKUP.has(extension)) return `<!-- ${line} -->`;
  return BLOCK.has(extension) ? `/* ${line} */` : `// ${line}`;
}
