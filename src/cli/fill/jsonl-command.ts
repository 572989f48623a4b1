import { once } from 'node:events';
import { addAbortSignal } from 'node:stream';
import { EngineError, type Engine, type FillRequest, type ReverseProcessOptions } from '../../engine/index';
import { fillOptionsOf, type FillOptions } from './fill-command';
import { BadLine, parseRequest } from './jsonl-request';
import { readLines, type NumberedLine } from '../command-line/jsonl-lines';
import { reverseProcessOptions } from '../command-line/options';
import { lastStep, withEngine } from '../command-line/session';

/** A line beyond this is answered by an error instead of being kept in memory. */
const MOST_LINE_BYTES = 64 * 2 ** 20;

/** The options that every line of a batch is filled with, its own `maxTokens` aside. */
type BatchOptions = ReverseProcessOptions &
  Pick<FillRequest, 'maxTokens' | 'candidates' | 'drafts' | 'lengthSearch'>;

/** One line of output; the names are a public interface. */
type OutputLine =
  | {
      readonly id: string | number;
      readonly text: string;
      readonly texts?: readonly string[];
      readonly candidates?: readonly { readonly texts: readonly string[]; readonly score: number }[];
      readonly steps: number;
      readonly forwards: number;
      readonly ms: number;
    }
  | {
      readonly id: string | number | null;
      readonly line: number;
      readonly error: { readonly code: string; readonly message: string };
    };

/** Answers every line of standard input, in order, one line each, on standard output. */
export async function fillLines(options: FillOptions, signal: AbortSignal): Promise<void> {
  const batch = { ...reverseProcessOptions(options), ...fillOptionsOf(options) };
  await withEngine(options, signal, async (engine) => {
    const { bundle, precision, provider } = engine.info;
    process.stderr.write(`${bundle} (${precision}) on ${provider}; reading JSON lines from standard input\n`);
    let lines = 0;
    let errors = 0;
    for await (const line of readLines(addAbortSignal(signal, process.stdin), MOST_LINE_BYTES)) {
      const answer = await answerLine(engine, line, batch, signal);
      await writeLine(answer, signal);
      lines++;
      if ('error' in answer) errors++;
    }
    process.stderr.write(`${lines} lines answered, ${errors} of them with an error\n`);
  });
}

async function answerLine(
  engine: Engine,
  { number: line, content }: NumberedLine,
  batch: BatchOptions,
  signal: AbortSignal,
): Promise<OutputLine> {
  let id: string | number | null = null;
  try {
    if (typeof content !== 'string') throw new BadLine(content.code, content.message);
    const { id: ownId, ...request } = parseRequest(content);
    id = ownId;
    const {
      texts,
      candidates,
      index: steps,
      forwards,
      ms,
    } = await lastStep(engine.fill({ ...batch, ...request }, { signal }));
    return {
      id,
      text: texts[0]!,
      ...(texts.length > 1 ? { texts } : {}),
      ...(candidates
        ? { candidates: candidates.map(({ texts: fills, score }) => ({ texts: fills, score })) }
        : {}),
      steps,
      forwards,
      ms: Math.round(ms * 10) / 10,
    };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof BadLine || error instanceof EngineError)) throw error;
    return { id, line, error: { code: error.code, message: error.message } };
  }
}

async function writeLine(answer: OutputLine, signal: AbortSignal): Promise<void> {
  // JSON leaves these as they are, and a terminal would obey some of them.
  const json = JSON.stringify(answer).replaceAll(
    /[\x7f-\x9f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  signal.throwIfAborted();
  if (!process.stdout.write(`${json}\n`)) await once(process.stdout, 'drain', { signal });
}
