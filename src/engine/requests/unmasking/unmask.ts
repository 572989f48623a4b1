import type { Candidate } from '../../contract/candidates';
import type { CellView, Step } from '../../contract/steps';
import { bannedTokens, CandidateRun } from './candidate';
import type { Cell } from '../../diffusion/canvas';
import type { Choice } from '../../diffusion/sampling';
import type { ReverseStep } from '../../diffusion/unmasking';
import { evidenceOf } from './evidence';
import { lookAgain } from './second-look';
import type { Beginning } from './starts';
import { SPECIAL } from '../../text/special-tokens';
import { KnownLogits } from './known-logits';
import type { RunningRequest } from '../running-request';
import type { Runtime } from '../../model/runtime/runtime';
import { fromLf } from '../../text/line-endings';
import type { Tokenizer } from '../../text/tokenizer';

/** What is known of a request beside how its candidates begin. */
interface Around {
  /** Most cells of each hole. */
  readonly limits: readonly number[];
  /** Around the holes, LF: one more than there are holes. Default: nothing. */
  readonly texts?: readonly string[];
  /** See `FillRequest`. */
  readonly lookAgain?: boolean | undefined;
}

/**
 * Runs the reverse process on one canvas or several candidates together, and reports every step, the start first. All
 * candidates take their steps in turn with each other, each step of theirs by one call of the mask predictor.
 *
 * @param known of the starts, so far as it is
 */
export async function* unmask(
  runtime: Runtime,
  run: RunningRequest,
  beginnings: readonly Beginning[],
  around: Around,
  known = new KnownLogits(),
): AsyncGenerator<Step, void, undefined> {
  const banned = bannedTokens(runtime.tokenizer, run.settings);
  const { limits } = around;
  const candidates = beginnings.map(
    (beginning, number) =>
      new CandidateRun(runtime, run.settings, {
        ...beginning,
        limits,
        allowBlank: run.allowBlank,
        banned,
        number,
      }),
  );
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
  const best = await rank(runtime, run, candidates, around);
  const last = view(runtime, run, candidates, best[0]!.run, { index, ...changes });
  const several = beginnings.length > 1 || around.lookAgain === true;
  yield { ...last, done: true, ...(several ? { candidates: best.map(({ view }) => view) } : {}) };
}

/**
 * Best first; of those with the same texts only the best stays. A draft was taken because it is right more often than
 * what the model writes, however sure that is of itself.
 */
async function rank(
  runtime: Runtime,
  run: RunningRequest,
  candidates: readonly CandidateRun[],
  { texts: around = [], lookAgain: again = false }: Around,
): Promise<readonly { readonly run: CandidateRun; readonly view: Candidate }[]> {
  const { tokenizer } = runtime;
  const texts = candidates.map(({ canvas }) =>
    canvas.holes.map((cells) => tokenizer.decode(writtenTokens(cells))),
  );
  const keys = texts.map((own) => JSON.stringify(own));
  // Those that came to the same texts are looked at once.
  const distinct = candidates.filter((_, i) => keys.indexOf(keys[i]!) === i);
  const looked = again ? await lookAgain(runtime, run, distinct) : undefined;
  const looks = looked && keys.map((key) => looked[distinct.indexOf(candidates[keys.indexOf(key)]!)]!);
  const evidence = evidenceOf(candidates, texts, around, looks);
  const ranked = candidates
    .map((candidate, i) => ({
      run: candidate,
      key: keys[i]!,
      view: {
        ...contentOf(tokenizer, run, candidate),
        score: candidate.score(),
        starts: [candidate.start.name],
        evidence: evidence[i]!,
      },
    }))
    .sort((a, b) => Number(b.run.hasDraft) - Number(a.run.hasDraft) || b.view.score - a.view.score);
  const best = new Map<string, { readonly run: CandidateRun; readonly view: Candidate }>();
  for (const { run: candidate, key, view: own } of ranked) {
    const same = best.get(key)?.view;
    best.set(
      key,
      same
        ? { ...best.get(key)!, view: { ...same, starts: [...same.starts, ...own.starts] } }
        : { run: candidate, view: own },
    );
  }
  return [...best.values()];
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

/** What is there so far; behind an end of text nothing is. */
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
