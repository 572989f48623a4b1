import type { Candidate, CellView, Step } from '../../contract/steps';
import type { Cell, CellStart } from '../../diffusion/canvas';
import type { Choice } from '../../diffusion/sampling';
import type { ReverseStep } from '../../diffusion/unmasking';
import { SPECIAL } from '../../text/special-tokens';
import type { RunningRequest } from '../running-request';
import type { Runtime } from '../../model/runtime/runtime';
import { fromLf } from '../../text/line-endings';
import type { Tokenizer } from '../../text/tokenizer';
import { bannedTokens, CandidateRun } from './candidate';
import { KnownLogits } from './known-logits';

/**
 * Runs the reverse process on one canvas or several candidates together, and reports every step, the start first. All
 * candidates take their steps in turn with each other, each step of theirs by one call of the mask predictor.
 *
 * @param starts the cells of each hole, for each candidate
 * @param limits most cells of each hole
 * @param known of the starts, so far as it is
 */
export async function* unmask(
  runtime: Runtime,
  run: RunningRequest,
  starts: readonly (readonly (readonly CellStart[])[])[],
  limits: readonly number[],
  known = new KnownLogits(),
): AsyncGenerator<Step, void, undefined> {
  const shapes = starts.map((start) => JSON.stringify(start));
  const banned = bannedTokens(runtime.tokenizer, run.settings);
  const candidates = starts.map((start, number) => {
    const varied = shapes.indexOf(shapes[number]!) < number;
    return new CandidateRun(runtime, run.settings, {
      holes: start,
      limits,
      allowBlank: run.allowBlank,
      banned,
      number,
      varied,
    });
  });
  const [shown] = candidates as [CandidateRun, ...CandidateRun[]];
  let index = 0;
  let changes: ReverseStep = { committed: [], remasked: [] };
  for (;;) {
    const open = candidates.filter(({ done }) => !done);
    if (open.length === 0) break;
    yield view(runtime, run, candidates, shown, { index, ...changes });
    index++;
    changes = { committed: [], remasked: [] };
    const asks = open.map((candidate) => candidate.asks());
    const rows = await known.predict(runtime, run, asks.flat());
    open.forEach((candidate, i) => {
      const step = candidate.step(rows.splice(0, asks[i]!.length), index);
      if (candidate === shown) changes = step;
    });
  }
  const best = rank(runtime.tokenizer, run, candidates);
  const last = view(runtime, run, candidates, best[0]!.run, { index, ...changes });
  yield { ...last, done: true, ...(starts.length > 1 ? { candidates: best.map(({ view }) => view) } : {}) };
}

/**
 * Best first; of those with the same texts only the best stays. A draft was taken because it is right more often than
 * what the model writes, however sure that is of itself.
 */
function rank(
  tokenizer: Tokenizer,
  run: RunningRequest,
  candidates: readonly CandidateRun[],
): { readonly run: CandidateRun; readonly view: Candidate }[] {
  const seen = new Set<string>();
  return candidates
    .map((candidate) => ({
      run: candidate,
      view: { ...contentOf(tokenizer, run, candidate), score: candidate.score() },
    }))
    .sort((a, b) => Number(b.run.hasDraft) - Number(a.run.hasDraft) || b.view.score - a.view.score)
    .filter(({ view: { texts } }) => {
      const key = JSON.stringify(texts);
      return !seen.has(key) && seen.add(key);
    });
}

function view(
  { tokenizer, predictor }: Runtime,
  run: RunningRequest,
  candidates: readonly CandidateRun[],
  shown: CandidateRun,
  step: ReverseStep & { readonly index: number },
): Step {
  // What was there at the start has no part in t, unless it was remasked.
  const cells = candidates.flatMap(({ canvas }) => canvas.holes.flat()).filter((cell) => cell.step !== 0);
  const masked = cells.filter((cell) => cell.token === undefined).length;
  return {
    ...step,
    t: cells.length === 0 ? 0 : masked / cells.length,
    ...contentOf(tokenizer, run, shown),
    forwards: predictor.forwards - run.forwardsBefore,
    ms: performance.now() - run.started,
    done: false,
  };
}

function contentOf(
  tokenizer: Tokenizer,
  { ending, settings }: RunningRequest,
  { canvas }: CandidateRun,
): Pick<Step, 'holes' | 'texts'> {
  return {
    holes: canvas.holes.map((cells) =>
      cells.map((cell) => cellView(tokenizer, cell, settings.alternatives > 0)),
    ),
    texts: canvas.holes.map((cells) => fromLf(tokenizer.decode(writtenTokens(cells)), ending)),
  };
}

/** The texts that are there so far; behind an end of text there is none. */
function writtenTokens(cells: readonly Cell[]): number[] {
  const tokens = cells.flatMap(({ token }) => (token === undefined ? [] : [token]));
  const end = tokens.indexOf(SPECIAL.eot);
  return end < 0 ? tokens : tokens.slice(0, end);
}

function cellView(tokenizer: Tokenizer, cell: Cell, withAlternatives: boolean): CellView {
  const { token, confidence, step, locked, alternatives } = cell;
  return {
    token: token ?? SPECIAL.mask,
    text: token === undefined ? '' : tokenizer.display(token),
    masked: token === undefined,
    confidence,
    step,
    locked,
    ...(withAlternatives ? { alternatives: alternativeViews(tokenizer, alternatives) } : {}),
  };
}

/** Alternatives as a caller sees them. */
export function alternativeViews(
  tokenizer: Tokenizer,
  choices: readonly Choice[],
): (Choice & { text: string })[] {
  return choices.map((choice) => ({ ...choice, text: tokenizer.display(choice.token) }));
}
