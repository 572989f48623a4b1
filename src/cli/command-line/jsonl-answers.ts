import { once } from 'node:events';
import { addAbortSignal } from 'node:stream';
import { EngineError } from '../../engine/index';
import { BadLine } from './jsonl-place';
import { readLines } from './jsonl-lines';

/** A line beyond this is answered by an error instead of being kept in memory. */
const MOST_LINE_BYTES = 64 * 2 ** 20;

type Id = string | number;

/** The answer to a line that cannot be answered; the names are a public interface. */
interface Failure {
  readonly id: Id | null;
  readonly line: number;
  readonly error: { readonly code: string; readonly message: string };
}

/**
 * Answers every line of standard input, in order, one line each, on standard output.
 *
 * @param parse throws BadLine
 * @param answer of a request, without its id; what an EngineError says becomes the answer
 */
export async function answerLines<Request extends { readonly id: Id }>(
  parse: (line: string) => Request,
  answer: (request: Omit<Request, 'id'>) => Promise<object>,
  signal: AbortSignal,
): Promise<void> {
  let lines = 0;
  let errors = 0;
  for await (const { number, content } of readLines(addAbortSignal(signal, process.stdin), MOST_LINE_BYTES)) {
    let id: Id | null = null;
    let written: object;
    try {
      if (typeof content !== 'string') throw new BadLine(content.code, content.message);
      const { id: own, ...request } = parse(content);
      id = own;
      written = { id, ...(await answer(request)) };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof BadLine || error instanceof EngineError)) throw error;
      const { code, message } = error;
      written = { id, line: number, error: { code, message } } satisfies Failure;
      errors++;
    }
    await writeLine(written, signal);
    lines++;
  }
  process.stderr.write(`${lines} lines answered, ${errors} of them with an error\n`);
}

async function writeLine(answer: object, signal: AbortSignal): Promise<void> {
  // JSON leaves these as they are, and a terminal would obey some of them.
  const json = JSON.stringify(answer).replaceAll(
    /[\x7f-\x9f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  signal.throwIfAborted();
  if (!process.stdout.write(`${json}\n`)) await once(process.stdout, 'drain', { signal });
}
