import type { Candidate, Engine, FillRequest, ReverseProcessOptions, Step } from '../../engine/index';
import { chooseFill } from '../../fills/choose-fill';
import type { Fault } from '../../fills/faults';
import { FOR_COMMANDS } from '../../fills/patience';
import { weighed } from '../../fills/weigh';
import type { Runtime } from '../../syntax/runtime';
import { SyntaxTree } from '../../syntax/syntax-tree';
import { answerLines } from '../command-line/jsonl-answers';
import { reverseProcessOptions } from '../command-line/options';
import { lastStep, syntaxRuntime, withEngine } from '../command-line/session';
import { fillOptionsOf, type FillOptions } from './fill-command';
import { parseRequest, type JsonlRequest } from './jsonl-request';

/** The options that every line of a batch is filled with, its own `maxTokens` aside. */
type BatchOptions = ReverseProcessOptions &
  Pick<FillRequest, 'maxTokens' | 'candidates' | 'patience' | 'drafts' | 'lengthSearch'>;

/** A line of output besides its id; the names are a public interface. */
interface FillLine {
  readonly text: string;
  readonly texts?: readonly string[];
  readonly candidates?: readonly Pick<Candidate, 'texts' | 'score' | 'chance'>[];
  /** Its fault, where no candidate was without fault. */
  readonly fault?: Fault;
  readonly steps: number;
  readonly forwards: number;
  readonly ms: number;
}

/** Answers every line of standard input, in order, one line each, on standard output. */
export async function fillLines(options: FillOptions, signal: AbortSignal): Promise<void> {
  const batch = { ...FOR_COMMANDS, ...reverseProcessOptions(options), ...fillOptionsOf(options) };
  const runtime = syntaxRuntime();
  await withEngine(options, signal, async (engine) => {
    const { bundle, precision, provider } = engine.info;
    process.stderr.write(`${bundle} (${precision}) on ${provider}; reading JSON lines from standard input\n`);
    await answerLines(
      parseRequest,
      (request) => fill(engine, runtime, { ...batch, ...request }, options.candidates, signal),
      signal,
    );
  });
}

async function fill(
  engine: Engine,
  runtime: Runtime,
  request: BatchOptions & Omit<JsonlRequest, 'id'>,
  asked: number | undefined,
  signal: AbortSignal,
): Promise<FillLine> {
  const ask = (one: FillRequest, until: AbortSignal): Promise<Step> =>
    lastStep(engine.fill(one, { signal: until }));
  const around = [request.prefix, ...(request.between ?? []), request.suffix];
  const written = await ask(request, signal);
  using tree = await SyntaxTree.read(runtime, { path: request.path }, around.join(''));
  const holes = { texts: around, replaced: around.slice(1).map(() => '') };
  const first = await weighed(written, engine.info.chooser, holes, tree);
  const { step, fault } = await chooseFill(first, request, holes, tree, ask, signal);
  const { texts, candidates, index: steps, forwards, ms } = step;
  return {
    text: texts[0]!,
    ...(texts.length > 1 ? { texts } : {}),
    ...(candidates && asked !== undefined ? { candidates: candidates.map(candidateOf) } : {}),
    ...(fault ? { fault } : {}),
    steps,
    forwards,
    ms: Math.round(ms * 10) / 10,
  };
}

function candidateOf({ texts, score, chance }: Candidate): Pick<Candidate, 'texts' | 'score' | 'chance'> {
  return { texts, score, ...(chance === undefined ? {} : { chance }) };
}
