import { Canvas, type CellStart } from '../../diffusion/canvas';
import type { Row } from '../../diffusion/row';
import { probabilityOf } from '../../diffusion/sampling';
import { SPECIAL } from '../../text/special-tokens';
import type { RunningRequest } from '../running-request';
import type { Runtime } from '../../model/runtime/runtime';
import { findRepetitions, LONGEST_MATCH, type Repetition } from '../../text/repetitions';
import { bannedTokens } from './candidate';
import { isOpen, type HolePlan } from './hole-plan';
import type { KnownLogits } from './known-logits';
import { predict, tokenIds, type Ask } from './predict';

/**
 * The log-odds that a draft is what belongs in the hole: `base`, `before` and `after` times the share of the longest
 * match, and `model` times the draft's log-probability. Fitted, see docs/notebook/drafts.md.
 */
const LOG_ODDS = { base: -2.7, before: 2.9, after: 2.0, model: 0.15 };
/** Less than this log-probability says nothing more. */
const LEAST_LOG_PROBABILITY = -30;
/** Drafts that the model is asked about: those whose log-odds before that are the best, and at least this. */
const MOST_ASKED = 2;
const WORTH_ASKING = -1.5;
/** A draft this probable is taken; what the model writes itself on such places is right less often. */
export const LEAST_PROBABILITY = 0.1;

/** A text that a hole might hold, before the model has been asked. */
interface Draft {
  readonly tokens: readonly number[];
  readonly logOdds: number;
}

/** A draft that the model has been asked about, and the probability that it is what belongs there, 0–1. */
export interface JudgedDraft {
  readonly tokens: readonly number[];
  readonly probability: number;
}

/**
 * Looks for texts that the surroundings of a hole repeat and asks the model about the best: one forward over canvases
 * that are all masked, as long as the draft.
 *
 * @param texts those around the holes, LF: one more than there are holes
 * @param start the cells of each hole as they would begin without a draft
 * @param known gets the logits of that start: the same forward predicts them, so that refused drafts cost few rows and,
 *   but with blocks or several candidates, no forward
 * @returns the drafts of each hole
 * @throws EngineError `cancelled`
 */
export async function judgedDrafts(
  runtime: Runtime,
  run: RunningRequest,
  texts: readonly string[],
  plans: readonly HolePlan[],
  start: readonly (readonly CellStart[])[],
  known: KnownLogits,
): Promise<readonly (readonly JudgedDraft[])[]> {
  const drafts = plans.map((plan, hole) =>
    isOpen(plan) ? draftsOf(runtime, run, texts, hole, plan.limit) : [],
  );
  const most = Math.max(...drafts.map(({ length }) => length));
  if (most === 0) return drafts.map(() => []);
  // Each canvas has one draft of every hole: two canvases more, however many holes there are.
  const asks = Array.from({ length: most }, (_, canvas): Ask => {
    const masks = drafts.map((own) => own[canvas]?.tokens.map((): CellStart => ({})));
    return {
      holes: tokenIds(start.map((cells, hole) => masks[hole] ?? cells)),
      wanted: masks.flatMap((cells, hole) => cells?.map((_, index) => ({ hole, index })) ?? []),
    };
  });
  const ownAsk: Ask = { holes: tokenIds(start), wanted: new Canvas(start).masked() };
  const [own, ...judged] = await predict(runtime, run, [ownAsk, ...asks]);
  known.add(ownAsk, own!);
  return drafts.map((ofHole) =>
    ofHole.map((draft, canvas) => {
      // The canvas has the rows of one hole behind those of another.
      const rows = judged[canvas]!.splice(0, draft.tokens.length);
      return { tokens: draft.tokens, probability: probabilityOfDraft(runtime, draft, rows) };
    }),
  );
}

/** The drafts of a hole that are worth asking the model about, best first. */
function draftsOf(
  { tokenizer }: Runtime,
  { settings, allowBlank }: RunningRequest,
  texts: readonly string[],
  hole: number,
  limit: number,
): Draft[] {
  const banned = bannedTokens(tokenizer, settings);
  const drafts: Draft[] = [];
  const ranked = findRepetitions(texts.slice(0, hole + 1), texts.slice(hole + 1))
    .map((repetition) => ({ repetition, logOdds: logOddsOf(repetition) }))
    .filter(({ logOdds }) => logOdds >= WORTH_ASKING)
    .sort((a, b) => b.logOdds - a.logOdds);
  for (const { repetition, logOdds } of ranked) {
    if (!allowBlank && repetition.text.trim() === '') continue;
    const tokens = tokenizer.encode(repetition.text);
    if (tokens.length > limit || tokens.some((token) => banned.has(token))) continue;
    drafts.push({ logOdds, tokens });
    if (drafts.length === MOST_ASKED) break;
  }
  return drafts;
}

function logOddsOf({ before, after }: Repetition): number {
  return LOG_ODDS.base + (LOG_ODDS.before * before + LOG_ODDS.after * after) / LONGEST_MATCH;
}

/** @param rows of its masks; changed */
function probabilityOfDraft(
  { tokenizer, config }: Runtime,
  { tokens, logOdds }: Draft,
  rows: readonly Row[],
): number {
  // A mask that had rather be two or none speaks against the draft's length.
  const lengths: readonly number[] = config.learned.expand ? [SPECIAL.expand, SPECIAL.delete] : [];
  const banned = tokenizer.unwritable.filter((token) => !lengths.includes(token));
  const logProbability = tokens.reduce((sum, token, i) => {
    rows[i]!.ban(banned);
    return sum + Math.log(probabilityOf(token, rows[i]!));
  }, 0);
  const total = logOdds + LOG_ODDS.model * Math.max(logProbability, LEAST_LOG_PROBABILITY);
  return 1 / (1 + Math.exp(-total));
}
