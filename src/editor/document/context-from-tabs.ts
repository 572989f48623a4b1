import * as vscode from 'vscode';
import { looksSecret, mostSimilarPassage, type OtherText } from '../../context/similar-passage';

/** Characters of the two parts, so that the nearest text is never crowded out of the model's window. */
const MOST = { passage: 500, prefix: 900 };
/** The text by whose likeness a passage is chosen. */
const COMPARED = 600;
const LARGEST_DOCUMENT = 200_000;

/**
 * The prefix with the most similar passage of the other open tabs in front of it, commented with its path; the prefix
 * as it is where there is none.
 */
export function withContextFromTabs(document: vscode.TextDocument, prefix: string): string {
  const passage = mostSimilarPassage(prefix.slice(-COMPARED), otherTabs(document), MOST.passage);
  if (!passage) return prefix;
  return `${comment(document.languageId, passage.path)}\n${passage.text}\n\n${endOf(prefix)}`;
}

/** The end of a text, from a line start on. */
function endOf(text: string): string {
  if (text.length <= MOST.prefix) return text;
  const end = text.slice(-MOST.prefix);
  return end.slice(end.indexOf('\n') + 1);
}

function otherTabs(document: vscode.TextDocument): OtherText[] {
  const open = vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .flatMap(({ input }) => (input instanceof vscode.TabInputText ? [input.uri.toString()] : []));
  return vscode.workspace.textDocuments
    .filter((other) => other !== document && open.includes(other.uri.toString()))
    .filter((other) => other.lineCount < LARGEST_DOCUMENT / 20 && !looksSecret(other.uri.path))
    .map((other) => ({
      path: vscode.workspace.asRelativePath(other.uri, false),
      text: other.getText().slice(0, LARGEST_DOCUMENT),
    }));
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
