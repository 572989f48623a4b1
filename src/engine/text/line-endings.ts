/** The model sees LF only; a document's own line ending is put back into what is written to it. */
export type LineEnding = '\n' | '\r\n' | '\r';

export function toLf(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** `text` with LF only → with the document's line ending. */
export function fromLf(text: string, ending: LineEnding): string {
  return ending === '\n' ? text : text.replaceAll('\n', ending);
}

/** The line ending most lines of these parts of one document have; LF when there is none or as many. */
export function lineEndingOf(parts: readonly string[]): LineEnding {
  let crlf = 0;
  let lf = 0;
  let cr = 0;
  for (const part of parts) {
    for (const match of part.matchAll(/\r\n|\n|\r/g)) {
      if (match[0] === '\r\n') crlf++;
      else if (match[0] === '\n') lf++;
      else cr++;
    }
  }
  if (crlf > lf && crlf >= cr) return '\r\n';
  return cr > lf ? '\r' : '\n';
}
