import { lineEndingOf, type CellView, type Engine, type FillRequest, type Step } from '../../engine/index';
import type { Caller } from './caller';
import { contextRows, contextSize } from './context-size';
import { cutText, type CutRules } from './cut-text';
import type { FillRunner } from './fill-runner';
import { GrowingText, lf } from './growing-text';
import { withOtherFiles, type OtherFile } from './other-files';

/** One hole at a cursor, as clients of completions ask for it, whatever their protocol. */
export interface CompletionRequest extends CutRules {
  readonly prefix: string;
  readonly suffix: string;
  readonly path?: string | undefined;
  /** Pieces of other files, the nearest last. */
  readonly files?: readonly OtherFile[];
  /** Most tokens. */
  readonly maxTokens: number;
  /** How many different texts. */
  readonly choices?: number | undefined;
  /** Alternatives of each token. */
  readonly alternatives?: number | undefined;
  readonly seed?: number | undefined;
  /** Milliseconds from the first step on. */
  readonly mostMs?: number | undefined;
}

/** One text for the hole. */
export interface Choice {
  readonly text: string;
  /** `length`: the limit of tokens or of time cut it. */
  readonly finish: 'stop' | 'length';
  /** The stop word that it ends before. */
  readonly stopWord: string | undefined;
  /** The tokens of the text. */
  readonly cells: readonly CellView[];
}

/** All that came of a request. */
export interface Completion {
  /** As many as were asked for, best first; where the model had fewer the last ones are alike. */
  readonly choices: readonly Choice[];
  readonly promptTokens: number;
  /** True when text far from the cursor was left out. */
  readonly truncated: boolean;
  /** Milliseconds that reading the context took, and filling. */
  readonly promptMs: number;
  readonly filledMs: number;
}

/** The engine looks no farther from a hole than this, in characters, for texts that repeat; the rest is not sent to it. */
const FARTHEST = 65_536;

/**
 * Completes at a cursor.
 *
 * @returns the text in pieces, in the document's line ending, for a single choice; an empty piece says that it has begun
 */
export async function* complete(
  runner: FillRunner,
  engine: Engine,
  request: CompletionRequest,
  caller: Caller,
): AsyncGenerator<string, Completion, undefined> {
  const { choices = 1, maxTokens } = request;
  if (maxTokens === 0) return nothing(request);
  const ending = lineEndingOf([request.prefix, request.suffix]);
  const inDocument = (text: string): string => (ending === '\n' ? text : text.replaceAll('\n', ending));
  const { fill, whole } = fillRequest(engine, request);
  const size = contextSize(engine, fill, maxTokens);
  // It is awaited after the fill, which may fail first.
  size.catch(() => undefined);

  const growing = new GrowingText(rules(request));
  let first: Step | undefined;
  let last: Step | undefined;
  for await (const step of runner.steps((used, run) => used.fill(fill, run), caller, request)) {
    first ??= step;
    last = step;
    const piece = choices === 1 ? growing.take(step) : '';
    if (piece !== '' || step === first) yield inDocument(piece);
    if (growing.ended) break;
  }
  const { tokens, truncated } = await size;
  const found = choices === 1 ? [soFar(growing, last, request)] : candidates(last, request);
  return {
    choices: Array.from({ length: choices }, (_, i) => found[Math.min(i, found.length - 1)]!).map(
      (choice) => ({ ...choice, text: inDocument(choice.text) }),
    ),
    promptTokens: tokens,
    truncated: truncated || !whole,
    promptMs: first?.ms ?? 0,
    filledMs: (last?.ms ?? 0) - (first?.ms ?? 0),
  };
}

/** Reads a generator to its end and takes what it returns. */
export async function outcomeOf<T>(pieces: AsyncGenerator<unknown, T, undefined>): Promise<T> {
  for (;;) {
    const next = await pieces.next();
    if (next.done === true) return next.value;
  }
}

/** Has the context read, so that the next request about it need not: a fill that ends before its first token. */
export async function warmUp(
  runner: FillRunner,
  engine: Engine,
  request: CompletionRequest,
  caller: Caller,
): Promise<void> {
  const { fill } = fillRequest(engine, request);
  for await (const step of runner.steps((used, run) => used.fill(fill, run), caller)) {
    if (step.index === 0) return;
  }
}

function fillRequest(engine: Engine, request: CompletionRequest): { fill: FillRequest; whole: boolean } {
  const { prefix, suffix, path, files = [], maxTokens, choices, alternatives, seed } = request;
  const around = withOtherFiles(prefix, suffix, files, contextRows(engine, maxTokens));
  const fill = {
    prefix: around.prefix.slice(-FARTHEST),
    suffix: suffix.slice(0, FARTHEST),
    maxTokens,
    ...(path ? { path } : {}),
    ...(choices === undefined ? {} : { candidates: choices }),
    ...(alternatives === undefined ? {} : { alternatives }),
    ...(seed === undefined ? {} : { seed }),
  };
  return { fill, whole: around.whole };
}

/** For texts with LF. */
function rules({ stops, leastIndent }: CompletionRequest): CutRules {
  return { stops: stops.map(lf), leastIndent };
}

/** Nothing is read either. */
function nothing({ choices = 1 }: CompletionRequest): Completion {
  const choice: Choice = { text: '', finish: 'length', stopWord: undefined, cells: [] };
  return {
    choices: Array<Choice>(choices).fill(choice),
    promptTokens: 0,
    truncated: false,
    promptMs: 0,
    filledMs: 0,
  };
}

/** Of a fill that may have been ended: by a rule, or by its time. */
function soFar(growing: GrowingText, last: Step | undefined, { maxTokens }: CompletionRequest): Choice {
  const { text, cut, ended } = growing;
  return choiceOf(text, cut, last?.holes[0] ?? [], last?.done === true || ended ? maxTokens : 0);
}

function candidates(last: Step | undefined, request: CompletionRequest): Choice[] {
  const found = last?.candidates ?? [];
  if (found.length === 0) return [soFar(new GrowingText(rules(request)), last, request)];
  return found.map(({ texts, holes }) => {
    const { text, cut } = cutText(lf(texts[0] ?? ''), rules(request));
    return choiceOf(text, cut, holes[0] ?? [], request.maxTokens);
  });
}

/** @param limit tokens; a text that has so many was cut by it, and 0 says that its time was over */
function choiceOf(text: string, cut: GrowingText['cut'], cells: readonly CellView[], limit: number): Choice {
  const whole = cut === undefined && limit > 0;
  return {
    text,
    finish: cut === undefined && cells.length >= limit ? 'length' : 'stop',
    stopWord: cut?.by === 'stop' ? cut.word : undefined,
    cells: whole ? cells : cellsWithin(cells, text.length),
  };
}

/** The cells that begin within so many characters. */
function cellsWithin(cells: readonly CellView[], length: number): CellView[] {
  let at = 0;
  return cells.filter((cell) => {
    const inside = !cell.masked && at < length;
    at += cell.text.length;
    return inside;
  });
}
