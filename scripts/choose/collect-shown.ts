import { syntaxRuntime } from '../../src/cli/command-line/session';
import { completionToShow } from '../../src/completions/completion-to-show';
import { placeOf } from '../../src/completions/request';
import { finishedLine } from '../../src/editor/completions/finished-line';
import { textAroundRegions } from '../../src/editor/document/around-regions';
import type { CellView, Engine, StartName } from '../../src/engine/index';
import { SyntaxTree } from '../../src/syntax/syntax-tree';
import { unlessTooLarge } from '../evaluate/model-run';
import { answerEach } from './answer-each';
import type { Place } from './draw-places';

/** A completion as the editor would have found it by itself. */
export interface Completed {
  /** The cells when it was done, or its line known. */
  readonly cells: readonly Pick<CellView, 'text' | 'confidence' | 'step' | 'masked'>[];
  /** The part that the filters leave, '' for nothing. */
  readonly shown: string;
  readonly forwards: number;
  readonly ms: number;
}

/** A place, and what each start came to there. */
export interface CompletedPlace {
  readonly place: Place;
  readonly completed: Readonly<Record<CompletionStart, Completed>>;
}

/** The first completion, and the second one, over the same context. */
export const COMPLETION_STARTS = ['usual', 'masks-4'] as const satisfies readonly StartName[];
type CompletionStart = (typeof COMPLETION_STARTS)[number];

const RUNTIME = syntaxRuntime();

/**
 * Has every place completed as the editor does by itself. A place that does not fit into the window is left out.
 *
 * @param engines each takes the next place when it has done one
 */
export async function collectShown(
  engines: readonly Engine[],
  identity: readonly string[],
  places: readonly Place[],
  folder: string,
  signal: AbortSignal,
): Promise<CompletedPlace[]> {
  return answerEach(
    { items: places, engines, name: 'completions', folder },
    async (journal, engine, place) => {
      const completed = await journal.answer([...identity, place, COMPLETION_STARTS], () =>
        unlessTooLarge(() => completeAt(engine, place, signal)),
      );
      return completed && { place, completed };
    },
    signal,
  );
}

async function completeAt(
  engine: Engine,
  place: Place,
  signal: AbortSignal,
): Promise<CompletedPlace['completed']> {
  const [usual, second] = COMPLETION_STARTS;
  return {
    usual: await complete(engine, place, usual, signal),
    [second]: await complete(engine, place, second, signal),
  };
}

async function complete(
  engine: Engine,
  { path, prefix, suffix }: Place,
  start: StartName,
  signal: AbortSignal,
): Promise<Completed> {
  const text = prefix + suffix;
  const around = textAroundRegions(text, [{ start: prefix.length, end: prefix.length }]);
  // As in the editor, the second one finds the context read.
  const request = { path, ...around, starts: [start], lookAgain: false, keptContext: 'place' };
  const { lineIsBlank } = placeOf({ prefix, suffix });
  let written = '';
  let cells: readonly CellView[] = [];
  let cost = { forwards: 0, ms: 0 };
  for await (const step of engine.fill(request, { signal, background: true })) {
    cells = step.holes[0]!;
    cost = { forwards: step.forwards, ms: step.ms };
    const line = lineIsBlank ? undefined : finishedLine(cells);
    written = line ?? step.texts[0]!;
    if (line !== undefined) break;
  }
  using tree = await SyntaxTree.read(RUNTIME, { path }, text);
  const { text: shown } = await completionToShow({ prefix, suffix, text: written, asked: false }, tree);
  return {
    cells: cells.map((cell) => ({
      text: cell.text,
      confidence: cell.confidence,
      step: cell.step,
      masked: cell.masked,
    })),
    shown,
    forwards: cost.forwards,
    ms: Math.round(cost.ms * 10) / 10,
  };
}
