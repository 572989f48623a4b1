const LINE_FEED = 0x0a;

/** A line of bytes that is not a line of text, and why. */
export interface BrokenLine {
  readonly code: 'line-too-long' | 'not-utf8';
  readonly message: string;
}

export interface NumberedLine {
  /** Counted from 1, blank lines included. */
  readonly number: number;
  readonly content: string | BrokenLine;
}

/**
 * Cuts a stream of bytes into lines of UTF-8 text at `\n` alone (JSON strings may hold other line separators); blank
 * lines are left out. Holds one line at a time, and of a line beyond `mostBytes` nothing.
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  mostBytes: number,
): AsyncGenerator<NumberedLine, void, undefined> {
  let parts: Buffer[] = [];
  let bytes = 0;
  let number = 0;

  const keep = (part: Buffer): void => {
    bytes += part.length;
    if (bytes <= mostBytes) parts.push(part);
    else parts = [];
  };
  const finish = (): NumberedLine[] => {
    number++;
    const content = bytes <= mostBytes ? decode(Buffer.concat(parts)) : tooLong(mostBytes);
    parts = [];
    bytes = 0;
    return content === '' ? [] : [{ number, content }];
  };

  for await (const chunk of chunks) {
    let start = 0;
    for (let end; (end = chunk.indexOf(LINE_FEED, start)) >= 0; start = end + 1) {
      keep(chunk.subarray(start, end));
      yield* finish();
    }
    keep(chunk.subarray(start));
  }
  yield* finish();
}

function decode(line: Buffer): string | BrokenLine {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(line).trim();
  } catch {
    return { code: 'not-utf8', message: 'The line is not UTF-8 text. Write it as UTF-8.' };
  }
}

function tooLong(mostBytes: number): BrokenLine {
  const megabytes = Math.floor(mostBytes / 2 ** 20);
  return {
    code: 'line-too-long',
    message: `The line is longer than ${megabytes} MB. Cut prefix and suffix: only text near the hole is read anyway.`,
  };
}
