import * as vscode from 'vscode';
import type { Scored } from '../../engine/index';
import type { EngineSession } from '../engine/engine-session';
import { scoreRequest } from '../document/fill-request';
import { spansOf } from './token-spans';

/** A token of a document, or a character that several tokens share, and what the model thinks of it. */
export interface JudgedToken {
  readonly range: vscode.Range;
  readonly text: string;
  /** Its probability when it alone is masked, 0–1; of several tokens the least. */
  readonly probability: number;
  /** Index of the (first) token in `scored`. */
  readonly index: number;
}

/** A part of a document with each token's probability. */
export interface JudgedText {
  readonly range: vscode.Range;
  readonly scored: Scored;
  readonly tokens: readonly JudgedToken[];
}

/**
 * Has the model judge a part of a document.
 *
 * @param alternatives how many each token gets
 * @throws EngineError
 */
export async function judge(
  session: EngineSession,
  document: vscode.TextDocument,
  range: vscode.Range,
  alternatives: number,
  signal: AbortSignal,
): Promise<JudgedText> {
  const request = scoreRequest(document, range, alternatives);
  const scored = await session.ask((engine) => engine.score(request, { signal }), signal);
  const text = request.text.replaceAll('\r\n', '\n');
  const tokens = spansOf(text, scored.tokens).map(({ start, end, first, count }) => ({
    range: new vscode.Range(positionIn(range.start, text, start), positionIn(range.start, text, end)),
    text: text.slice(start, end),
    probability: Math.min(...scored.tokens.slice(first, first + count).map(({ probability }) => probability)),
    index: first,
  }));
  return { range, scored, tokens };
}

/** The place of an offset of a text that begins at `start`; the text has LF only, whatever the document has. */
function positionIn(start: vscode.Position, text: string, offset: number): vscode.Position {
  const lines = text.slice(0, offset).split('\n');
  const character = lines.at(-1)!.length;
  return new vscode.Position(
    start.line + lines.length - 1,
    lines.length === 1 ? start.character + character : character,
  );
}
