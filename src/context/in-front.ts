import type { OtherText } from './similar-passage';

/** Characters of the two parts, so that the nearest text is never crowded out of the model's window. */
export const MOST = { passage: 500, prefix: 900 } as const;

/**
 * A prefix with passages of other texts in front of it, each under its path in a comment; the prefix as it is where there
 * is none. The last is the nearest.
 *
 * @param languageId of the document, in VS Code's words
 */
export function withPassages(prefix: string, languageId: string, passages: readonly OtherText[]): string {
  if (passages.length === 0) return prefix;
  const front = passages.map(({ path, text }) => `${comment(languageId, path)}\n${text}\n\n`).join('');
  return front + endOf(prefix);
}

/** The end of a text, from a line start on. */
function endOf(text: string): string {
  if (text.length <= MOST.prefix) return text;
  const end = text.slice(-MOST.prefix);
  return end.slice(end.indexOf('\n') + 1);
}

const HASH = [
  'python',
  'ruby',
  'shellscript',
  'yaml',
  'toml',
  'perl',
  'r',
  'makefile',
  'dockerfile',
  'elixir',
];
const DASHES = ['sql', 'lua', 'haskell'];
const MARKUP = ['html', 'xml', 'markdown', 'vue', 'svelte'];

function comment(language: string, text: string): string {
  if (HASH.includes(language)) return `# ${text}`;
  if (DASHES.includes(language)) return `-- ${text}`;
  if (MARKUP.includes(language)) return `<!-- ${text} -->`;
  return ['css', 'scss', 'less'].includes(language) ? `/* ${text} */` : `// ${text}`;
}
