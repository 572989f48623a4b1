import { DEFAULT_STARTS, type StartName } from '../../contract/candidates';
import type { FillRequest } from '../../contract/requests';
import type { CellStart } from '../../diffusion/canvas';
import type { RunningRequest } from '../running-request';
import type { Runtime } from '../../model/runtime/runtime';
import type { Beginning } from './beginning';
import { judgedDrafts, LEAST_PROBABILITY, type JudgedDraft } from './drafts';
import type { HolePlan } from './hole-plan';
import type { KnownLogits } from './known-logits';
import { elasticCells, guessedCells } from './length';

interface StartRule {
  readonly masks: number;
  readonly draft?: 'likely' | 'other';
  readonly temperature?: number;
  readonly second?: boolean;
}

const RULES: Readonly<Record<StartName, StartRule>> = {
  usual: { masks: 8, draft: 'likely' },
  'masks-2': { masks: 2 },
  'masks-4': { masks: 4 },
  'masks-8': { masks: 8 },
  'masks-16': { masks: 16 },
  'masks-32': { masks: 32 },
  'masks-64': { masks: 64 },
  'second-token': { masks: 8, second: true },
  'second-token-16': { masks: 16, second: true },
  'other-draft': { masks: 8, draft: 'other' },
  'drawn-0.7': { masks: 8, temperature: 0.7 },
  'drawn-0.7-4': { masks: 4, temperature: 0.7 },
  'drawn-1': { masks: 8, temperature: 1 },
};

/** Stands in for the starts that cannot be. */
const SPARE: StartName = 'drawn-0.7';
const TOP_P = 0.95;

/**
 * How the candidates of a request begin, so many or as it says. Where a bundle cannot change lengths they have the likeliest
 * ones, and whatever is drawn may be drawn again.
 *
 * @param texts those around the holes, LF
 * @param drafts whether one may be taken
 * @param known gets the logits of canvases that have been predicted
 */
export async function beginningsOf(
  runtime: Runtime,
  run: RunningRequest,
  plans: readonly HolePlan[],
  { candidates = 1, starts, lengthSearch }: Pick<FillRequest, 'candidates' | 'starts' | 'lengthSearch'>,
  { texts, drafts }: { readonly texts: readonly string[]; readonly drafts: boolean },
  known: KnownLogits,
): Promise<Beginning[]> {
  const isElastic = runtime.config.learned.expand && run.settings.decoding !== 'dreamon';
  const guessed = isElastic
    ? undefined
    : await guessedCells(
        runtime,
        run,
        plans,
        { candidates: starts?.length ?? candidates, lengthSearch },
        known,
      );
  const cellsFor = (masks: number, number: number): CellStart[][] =>
    guessed ? guessed[number]! : elasticCells(plans, masks);
  const first = cellsFor(RULES.usual.masks, 0);
  const judged = drafts ? await judgedDrafts(runtime, run, texts, plans, first, known) : plans.map(() => []);
  const sorted = judged.map((own) => [...own].sort((a, b) => b.probability - a.probability));
  const isGreedy = run.settings.sampling.kind === 'greedy';

  const beginning = (name: StartName, number: number): Beginning | undefined => {
    const { masks, draft: drafted, temperature, second } = RULES[name];
    // Further lengths that were guessed are the model's own.
    const draft = guessed && number > 0 ? undefined : drafted;
    const cells = cellsFor(masks, number);
    const holes = draft ? cells.map((own, hole) => draftFrom(sorted[hole]!, draft) ?? own) : cells;
    if (draft === 'other' && holes.every((own, hole) => own === cells[hole])) return undefined;
    const drawn = temperature !== undefined && isGreedy;
    return {
      names: [name],
      holes,
      ...(drawn ? { sampling: { kind: 'multinomial', temperature, topP: TOP_P, topK: 0 } } : {}),
      ...(second ? { second } : {}),
    };
  };
  const found: Beginning[] = [];
  const places = new Map<string, number>();
  const several = (name: StartName): StartName[] => Array<StartName>(candidates).fill(name);
  const wanted = starts ?? [...(guessed ? several('usual') : DEFAULT_STARTS), ...several(SPARE)];
  for (const name of wanted) {
    if (starts === undefined && found.length === candidates) break;
    const next = beginning(name, found.length);
    const key = JSON.stringify([next?.holes, next?.sampling, next?.second]);
    const mayRepeat = next?.sampling !== undefined || !isGreedy;
    if (!next) continue;
    const place = mayRepeat ? undefined : places.get(key);
    if (place === undefined) {
      places.set(key, found.length);
      found.push(next);
    } else if (!found[place]!.names.includes(name)) {
      found[place] = { ...found[place]!, names: [...found[place]!.names, name] };
    }
  }
  return found;
}

/** The likeliest draft, if it is likely enough, or the likeliest of the others. */
function draftFrom(sorted: readonly JudgedDraft[], which: 'likely' | 'other'): CellStart[] | undefined {
  const isLikely = (sorted[0]?.probability ?? 0) >= LEAST_PROBABILITY;
  const draft = which === 'likely' ? (isLikely ? sorted[0] : undefined) : sorted[isLikely ? 1 : 0];
  if (!draft) return undefined;
  // The draft stands or falls as a whole: its tokens' confidences have its probability as their product.
  const confidence = draft.probability ** (1 / draft.tokens.length);
  return draft.tokens.map((token): CellStart => ({ draft: { token, confidence } }));
}
