import type { GrammarName } from './languages';

const CLOSER_OF: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

const OPENER_OF = Object.fromEntries(Object.entries(CLOSER_OF).map(([opener, closer]) => [closer, opener]));

/** The ends of blocks that begin with words, and the text that must stand in one. */
const OF_WORDS: Partial<Readonly<Record<GrammarName, readonly string[]>>> = {
  bash: ['\n:\nfi', '\n:\ndone', '\nesac', '\n;;\nesac'],
  ruby: ['\nend', ')\nend'],
  lua: ['\nend', '\nuntil true', ')\nend', '\nend)'],
  python: ['\nexcept E:\n\tpass'],
  cpp: [' {}', '\n#endif', '\nclass C;'],
  c: [' {}', '\n#endif'],
  'c-sharp': [' {}', '\n#endif', '\nvoid f() {}', '\nclass C {}'],
  java: [' {}', '\nvoid f() {}', '\nclass C {}'],
  kotlin: [' {}', '\nfun f() {}', '\nclass C'],
  swift: [' {}', '\nfunc f() {}'],
  rust: [' {}', '\nstruct S;', '\nfn f() {}', '\nA,'],
  typescript: [' {}', '\nclass C {}', '\nf() {}'],
  tsx: [' {}', '\nclass C {}', '\nf() {}'],
  javascript: [' {}', '\nclass C {}', '\nf() {}'],
  go: [' {}'],
  css: [' {}'],
  php: [' {}', '\nfunction f() {}', '\nclass C {}', '\nendif;', '\nendforeach;'],
};

/** Grammars with block comments in these. */
const SLASH_STAR: readonly GrammarName[] = [
  'c',
  'c-sharp',
  'cpp',
  'css',
  'go',
  'java',
  'javascript',
  'kotlin',
  'php',
  'rust',
  'swift',
  'tsx',
  'typescript',
];

const TAGS: readonly GrammarName[] = ['javascript', 'tsx'];

/**
 * Lists texts that could stand behind the beginning of something, so that it can be told from one that is wrong: the
 * closing brackets of what it opened, the ends of blocks of words, the definition that a decorator is for.
 *
 * @param text of which a part may be unfinished
 * @param indentation of the line that it begins on
 */
export function endingsOf(text: string, grammar: GrammarName, indentation: string): string[] {
  const brackets = awaitedClosers(text);
  const endings = brackets === '' ? [] : [brackets, `${brackets};`, `\n0${brackets}`];
  endings.push(...(OF_WORDS[grammar] ?? []));
  if (grammar === 'python') {
    const inner = `\n${indentationOfLastLine(text, indentation)}\tpass`;
    const outer = inner.slice(0, -'\tpass'.length);
    endings.push(inner, `${inner}${outer}except E:${inner}`, `${outer}def f(): pass`, '"""', "'''");
  }
  if (SLASH_STAR.includes(grammar) && text.lastIndexOf('/*') > text.lastIndexOf('*/')) endings.push('*/');
  if (TAGS.includes(grammar)) endings.push(...tagsAwaited(text, brackets), '`', `\`${brackets}`);
  return endings;
}

/** The closing brackets of those that a text leaves open, by its characters alone: a wrong guess helps nobody. */
export function awaitedClosers(text: string): string {
  return openBrackets(text)
    .map(({ closer }) => closer)
    .join('');
}

/** A bracket that a text leaves open. */
interface OpenBracket {
  readonly closer: string;
  readonly index: number;
}

/** The innermost first. */
function openBrackets(text: string): OpenBracket[] {
  const open: OpenBracket[] = [];
  for (const { 0: character, index } of text.matchAll(/[()[\]{}]/g)) {
    const closer = CLOSER_OF[character];
    if (closer !== undefined) open.push({ closer, index });
    else if (open.at(-1)?.closer === character) open.pop();
  }
  return open.reverse();
}

/**
 * The line breaks and indentations before the closing brackets that a text awaits, the innermost first: what was opened at
 * the end of a line is closed on a line of its own.
 */
export function breaksBeforeClosers(text: string): string[] {
  return openBrackets(withoutShortStrings(text)).map(({ closer, index }) => {
    const endsLine = closer === '}' && /^[ \t]*[\r\n]/.test(text.slice(index + 1));
    return endsLine ? `\n${/^[ \t]*/.exec(text.slice(lineStartOf(text, index)))![0]}` : '';
  });
}

function lineStartOf(text: string, index: number): number {
  return Math.max(text.lastIndexOf('\n', index), text.lastIndexOf('\r', index)) + 1;
}

/** Brackets in such are meant as characters. */
const SHORT_STRING = /(["'])[^\s"']{1,3}\1/g;

/** Brackets that have to stand between two texts. */
export interface BracketsBetween {
  /** Of what the first text opens, and the other does not close. */
  readonly closers: string;
  /** Of what the other text closes, and the first did not open. */
  readonly openers: string;
  /** True where the other text first closes a bracket around one that the first leaves open: the user has forgotten nothing. */
  readonly areCrossed: boolean;
}

/** The brackets that are missing between two texts, by their characters alone: a wrong guess helps nobody. */
export function bracketsBetween(before: string, after: string): BracketsBetween {
  const awaited = awaitedClosers(withoutShortStrings(before));
  const closed = unopenedClosers(withoutShortStrings(after));
  let own = 0;
  while (!awaited.endsWith(closed.slice(own))) own++;
  const openers = closed
    .slice(0, own)
    .split('')
    .reverse()
    .map((closer) => OPENER_OF[closer]!);
  return {
    closers: awaited.slice(0, awaited.length - (closed.length - own)),
    openers: openers.join(''),
    areCrossed: closed !== '' && awaited !== '' && !awaited.startsWith(closed.charAt(0)),
  };
}

/** All else stays where it is. */
function withoutShortStrings(text: string): string {
  return text.replaceAll(SHORT_STRING, (string) => ' '.repeat(string.length));
}

/** The closing brackets that close nothing of the text itself. */
function unopenedClosers(text: string): string {
  const open: string[] = [];
  let unopened = '';
  for (const [character] of text.matchAll(/[()[\]{}]/g)) {
    const closer = CLOSER_OF[character];
    if (closer !== undefined) open.push(closer);
    else if (open.at(-1) === character) open.pop();
    else if (open.length === 0) unopened += character;
  }
  return unopened;
}

function tagsAwaited(text: string, brackets: string): string[] {
  const tag = [...text.matchAll(/<([A-Z_a-z][\w.:-]*)/g)].at(-1)?.[1];
  return tag === undefined ? [] : [`</${tag}>`, `</${tag}>${brackets}`, '/>', `></${tag}>`];
}

function indentationOfLastLine(text: string, indentation: string): string {
  const lines = text.split(/\r?\n/);
  return lines.length === 1 ? indentation : /^\s*/.exec(lines.at(-1)!)![0];
}
