import { byChance, chanceOf } from '../../contract/chooser';
import type { FillRequest } from '../../contract/requests';
import type { Candidate, CellView, Step } from '../../contract/steps';
import type { Cell } from '../../diffusion/canvas';
import type { Choice } from '../../diffusion/sampling';
import type { ReverseStep } from '../../diffusion/unmasking';
import { SPECIAL } from '../../text/special-tokens';
import type { RunningRequest } from '../running-request';
import type { Runtime } from '../../model/runtime/runtime';
import { fromLf } from '../../text/line-endings';
import type { Tokenizer } from '../../text/tokenizer';
import { bannedTokens, CandidateRun } from './candidate';
import { evidenceOf } from './evidence';
import { lookAgain } from './second-look';
import type { Beginning } from './beginning';
import { KnownLogits } from './known-logits';
import { isSettled } from './settled';

/** The parts of a request that do not say how its candidates begin. */
interface Around extends Pick<FillRequest, 'lookAgain' | 'patience' | 'leastChance'> {
  /** Most cells of each hole. */
  readonly limits: readonly number[];
  /** True when all candidates are wanted, though they may be one. Default false. */
  readonly several?: boolean;
  /** Around the holes, LF: one more than there are holes. Default: nothing. */
  readonly texts?: readonly string[];
}

/** How far a request has come. */
interface Progress {
  index: number;
  changes: ReverseStep;
}

/** A fill more likely right than this is not worth another one: see docs/notebook/candidates.md. */
const LIKELY_ENOUGH = 0.5;

/**
 * Runs the reverse process on one canvas or several candidates together, and reports every step, the start first. All
 * candidates take their steps in turn with each other, each step of theirs by one call of the mask predictor; those that
 * have come to the same canvas go on as one. With patience the others begin when the first one is done.
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
  const { limits, texts = [], several = false, patience, leastChance = 0 } = around;
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
  const waits = patience !== undefined && candidates.length > 1;
  const looks = around.lookAgain ?? (several && runtime.config.chooser !== undefined);
  const progress: Progress = { index: 0, changes: { committed: [], remasked: [] } };
  let begun: readonly CandidateRun[] = waits ? candidates.slice(0, 1) : candidates;
  const enough = (): boolean => leastChance > 0 && isEnough(runtime, candidates[0]!, limits[0]!, leastChance);
  yield* stepTogether(runtime, run, begun, progress, known, { enough });
  // A second look at one alone would cost more than it tells.
  let best = await rank(runtime, run, begun, texts, looks && !waits);
  if (waits && (best[0]!.view.chance ?? 1) < LIKELY_ENOUGH) {
    const took = performance.now() - run.started;
    const until = run.started + Math.min(patience.times * took, patience.ms);
    if (performance.now() + took <= until) {
      yield* stepTogether(runtime, run, candidates, progress, known, { until });
      begun = candidates.filter(({ done }) => done);
      best = await rank(runtime, run, begun, texts, looks);
    }
  }
  const isWhole = begun.every(({ done }) => done);
  // What is known of a part says nothing of the whole.
  const chance = isWhole ? best[0]!.view.chance : undefined;
  yield {
    ...view(runtime, run, begun, best[0]!.run, progress),
    ...(isWhole ? {} : beginningOf(runtime.tokenizer, run, best[0]!.run)),
    done: true,
    ...(chance === undefined ? {} : { chance }),
    ...(several || looks ? { candidates: best.map(({ view }) => view) } : {}),
  };
}

/** When steps end before all candidates are done. */
interface End {
  readonly until?: number;
  readonly enough?: () => boolean;
}

/** Steps, until all are done, or nobody needs the rest, or it is late. */
async function* stepTogether(
  runtime: Runtime,
  run: RunningRequest,
  candidates: readonly CandidateRun[],
  progress: Progress,
  known: KnownLogits,
  { until = Infinity, enough = () => false }: End,
): AsyncGenerator<Step, void, undefined> {
  const [shown] = candidates as [CandidateRun, ...CandidateRun[]];
  for (;;) {
    joinEqual(candidates);
    const open = candidates.filter(({ done, isFollowing }) => !done && !isFollowing);
    if (open.length === 0 || performance.now() >= until || enough()) return;
    yield view(runtime, run, candidates, shown, progress);
    progress.index++;
    progress.changes = { committed: [], remasked: [] };
    const asks = open.map((candidate) => candidate.asks());
    const rows = await known.predict(runtime, run, asks.flat());
    open.forEach((candidate, i) => {
      const step = candidate.step(rows.splice(0, asks[i]!.length), progress.index);
      if (candidate === shown) progress.changes = step;
    });
  }
}

function isEnough({ config }: Runtime, { canvas }: CandidateRun, most: number, least: number): boolean {
  return isSettled(canvas.holes[0]!, most, least, config.chooser);
}

/** The same canvas comes to the same end. */
function joinEqual(candidates: readonly CandidateRun[]): void {
  const first = new Map<string, CandidateRun>();
  for (const candidate of candidates) {
    const { state } = candidate;
    if (state === undefined) continue;
    const same = first.get(state);
    if (same && !candidate.done) candidate.follow(same);
    else first.set(state, candidate);
  }
}

interface Ranked {
  readonly run: CandidateRun;
  readonly view: Candidate;
}

/** Best first; of those with the same texts only the best stays. */
async function rank(
  runtime: Runtime,
  run: RunningRequest,
  candidates: readonly CandidateRun[],
  around: readonly string[],
  again: boolean,
): Promise<readonly Ranked[]> {
  const { tokenizer, config } = runtime;
  const texts = candidates.map(({ canvas }) =>
    canvas.holes.map((cells) => tokenizer.decode(writtenTokens(cells))),
  );
  const keys = texts.map((own) => JSON.stringify(own));
  // Those that came to the same texts are looked at once.
  const distinct = candidates.filter((_, i) => keys.indexOf(keys[i]!) === i);
  const looked = again ? await lookAgain(runtime, run, distinct) : undefined;
  const looks = looked && keys.map((key) => looked[distinct.indexOf(candidates[keys.indexOf(key)]!)]!);
  // Of one that was only drawn it does not matter what stands around.
  const evidence = evidenceOf(candidates, texts, candidates.length > 1 || again ? around : [], looks);
  const ranked = candidates
    .map((candidate, i) => ({
      run: candidate,
      key: keys[i]!,
      view: {
        ...contentOf(tokenizer, run, candidate),
        score: candidate.score(),
        starts: candidate.start.names,
        evidence: evidence[i]!,
        ...(config.chooser ? { chance: chanceOf(evidence[i]!, config.chooser) } : {}),
      },
    }))
    .sort((a, b) => byChance(a.view, b.view));
  const best = new Map<string, Ranked>();
  for (const { run: candidate, key, view: own } of ranked) {
    const same = best.get(key);
    const view = same ? { ...same.view, starts: [...same.view.starts, ...own.starts] } : own;
    best.set(key, { run: same?.run ?? candidate, view });
  }
  return [...best.values()];
}

function view(
  { tokenizer, predictor }: Runtime,
  run: RunningRequest,
  candidates: readonly CandidateRun[],
  shown: CandidateRun,
  { index, changes }: Progress,
): Step {
  // What was there at the start has no part in t, unless it was remasked.
  const cells = candidates.flatMap(({ canvas }) => canvas.holes.flat()).filter((cell) => cell.step !== 0);
  const masked = cells.filter((cell) => cell.token === undefined).length;
  return {
    ...changes,
    index,
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

/** What stands before the first mask of the only hole. */
function beginningOf(
  tokenizer: Tokenizer,
  { ending, settings }: RunningRequest,
  { canvas }: CandidateRun,
): Pick<Step, 'holes' | 'texts'> {
  const cells = canvas.holes[0]!;
  const committed = cells.slice(
    0,
    cells.findIndex(({ token }) => token === undefined),
  );
  // The last character may lack bytes that nobody waits for.
  const text = tokenizer.decode(writtenTokens(committed)).replace(/\ufffd+$/, '');
  return {
    holes: [committed.map((cell) => cellView(tokenizer, cell, settings.alternatives > 0))],
    texts: [fromLf(text, ending)],
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
