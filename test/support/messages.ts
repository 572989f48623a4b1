import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** A message that the sources have, with anything where they put a value in. */
export interface SourceMessage {
  /** File and line, as in `src/cli/main.ts:38`. */
  readonly where: string;
  readonly pattern: RegExp;
}

/** Phrases that tell a reader what to do: every message that a user can meet has one. */
export const WHAT_TO_DO = new RegExp(
  [
    'Add ',
    'Ask for fewer',
    'Build it first',
    'Check ',
    'Choose ',
    'Close other programs',
    'Cut ',
    'Delete ',
    'Fill (fewer|regions)',
    'Get the (whole )?bundle again',
    'Give ',
    'Go on with',
    'Install the package',
    'Leave out',
    'Name ',
    'Open ',
    'Put ',
    'Restart the engine',
    'Restore ',
    'Run (again|it in)',
    'Save ',
    'Say in',
    'Say what',
    'Select ',
    'Set ',
    'Show Log',
    'Take ',
    'Train one',
    'Use ',
    'Write ',
    "A plain bundle's graph maps",
    'Allowed choices are',
    'Did you mean',
    'Escape',
    'counted from 1',
    'load it again',
    '[Mm]ust (be|hold)',
    'or choose',
    'choose another',
    'put the cursor',
    'report it',
    'run again',
    'select the text',
    'start again with',
    'takes neither',
    'try again',
  ].join('|'),
);

/** A test for each case, by name: its trigger throws, or rejects, with a message that says what to do; `seen` gets it. */
export function sayWhatToDo(cases: Readonly<Record<string, () => unknown>>, seen: string[]): void {
  for (const [name, trigger] of Object.entries(cases)) {
    it(`says what happened and what to do: ${name}`, async () => {
      await assert.rejects(
        () => Promise.resolve().then(trigger),
        ({ message }: Error) => {
          seen.push(message);
          assert.match(message, WHAT_TO_DO);
          return true;
        },
      );
    });
  }
}

const SHORTEST = 8;

/**
 * The messages in the TypeScript files of a folder: the first text among the arguments of whatever makes one.
 *
 * @param makes the names of what takes a message, constructors and functions: `CliError`, `showWarningMessage`
 */
export function messagesIn(folder: string, makes: RegExp): SourceMessage[] {
  const names = fs.statSync(folder).isDirectory()
    ? fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name))
    : [folder];
  return names
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const file = ts.createSourceFile(name, fs.readFileSync(name, 'utf8'), ts.ScriptTarget.Latest, true);
      const found: SourceMessage[] = [];
      const visit = (node: ts.Node): void => {
        if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && makes.test(calledName(node))) {
          const { line } = file.getLineAndCharacterOfPosition(node.getStart());
          const where = `${name.replaceAll(path.sep, '/')}:${line + 1}`;
          // A code comes before the message: only a message has a space in it.
          const text = node.arguments?.map(patternOf).find(isMessage);
          if (text !== undefined) found.push({ where, pattern: new RegExp(`^${text}`) });
        }
        ts.forEachChild(node, visit);
      };
      visit(file);
      return found;
    });
}

/** Which of the messages are in none of the texts that tests have brought about. */
export function unseen(messages: readonly SourceMessage[], seen: readonly string[]): string[] {
  return messages
    .filter(({ pattern }) => !seen.some((text) => pattern.test(text)))
    .map(({ where, pattern }) => `${where}: ${pattern.source}`);
}

function calledName({ expression }: ts.NewExpression | ts.CallExpression): string {
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
}

const ANYTHING = '[^]*';

function isMessage(pattern: string): boolean {
  const words = pattern.replaceAll(ANYTHING, '');
  return words.length >= SHORTEST && words.includes(' ');
}

function patternOf(node: ts.Node): string {
  if (ts.isStringLiteralLike(node)) return quote(node.text);
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.map(({ literal }) => ANYTHING + quote(literal.text));
    return quote(node.head.text) + spans.join('');
  }
  if (ts.isParenthesizedExpression(node)) return patternOf(node.expression);
  if (ts.isConditionalExpression(node)) return `(${patternOf(node.whenTrue)}|${patternOf(node.whenFalse)})`;
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return patternOf(node.left) + patternOf(node.right);
  // A translation begins as the text that is translated.
  if (ts.isCallExpression(node) && calledName(node) === 't') return patternOf(node.arguments[0]!);
  return ANYTHING;
}

/** VS Code's messages have their values as {0}, {1}. */
function quote(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll(/\\\{\d\\\}/g, ANYTHING);
}
