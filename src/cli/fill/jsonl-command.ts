import type { Engine, FillRequest, ReverseProcessOptions } from '../../engine/index';
import { answerLines } from '../command-line/jsonl-answers';
import { reverseProcessOptions } from '../command-line/options';
import { lastStep, withEngine } from '../command-line/session';
import { fillOptionsOf, type FillOptions } from './fill-command';
import { parseRequest, type JsonlRequest } from './jsonl-request';

/** The options that every line of a batch is filled with, its own `maxTokens` aside. */
type BatchOptions = ReverseProcessOptions &
  Pick<FillRequest, 'maxTokens' | 'candidates' | 'drafts' | 'lengthSearch'>;

/** A line of output besides its id; the names are a public interface. */
interface FillLine {
  readonly text: string;
  readonly texts?: readonly string[];
  readonly candidates?: readonly { readonly texts: readonly string[]; readonly score: number }[];
  readonly steps: number;
  readonly forwards: number;
  readonly ms: number;
}

/** Answers every line of standard input, in order, one line each, on standard output. */
export async function fillLines(options: FillOptions, signal: AbortSignal): Promise<void> {
  const batch = { ...reverseProcessOptions(options), ...fillOptionsOf(options) };
  await withEngine(options, signal, async (engine) => {
    const { bundle, precision, provider } = engine.info;
    process.stderr.write(`${bundle} (${precision}) on ${provider}; reading JSON lines from standard input\n`);
    await answerLines(parseRequest, (request) => fill(engine, request, batch, signal), signal);
  });
}

async function fill(
  engine: Engine,
  request: Omit<JsonlRequest, 'id'>,
  batch: BatchOptions,
  signal: AbortSignal,
): Promise<FillLine> {
  const {
    texts,
    candidates,
    index: steps,
    forwards,
    ms,
  } = await lastStep(engine.fill({ ...batch, ...request }, { signal }));
  return {
    text: texts[0]!,
    ...(texts.length > 1 ? { texts } : {}),
    ...(candidates
      ? { candidates: candidates.map(({ texts: fills, score }) => ({ texts: fills, score })) }
      : {}),
    steps,
    forwards,
    ms: Math.round(ms * 10) / 10,
  };
}
