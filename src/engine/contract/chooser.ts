import type { Evidence, Feature } from './candidates';

/**
 * The features that a chance is told from: `DRAWN` are known of any fill, and of what is shown of one; `LOOKED` where it
 * was looked at again.
 */
const DRAWN = ['drawnMean', 'drawnLeast', 'tokens'] as const satisfies readonly Feature[];
const LOOKED = [
  ...DRAWN,
  'draft',
  'aloneMean',
  'aloneLeast',
  'expand',
  'delete',
  'growth',
  'known',
  'damage',
  'newNames',
] as const satisfies readonly Feature[];
export const VIEWS = {
  drawn: DRAWN,
  looked: LOOKED,
  among: [...LOOKED, 'sameLine'],
  shown: DRAWN,
} as const satisfies Readonly<Record<string, readonly Feature[]>>;
/** How much is known of a candidate, or that only a part of it is shown: the names of `VIEWS`. */
export type View = keyof typeof VIEWS;

/** Of a logistic regression: the log-odds are the intercept and the weighted features. */
export interface Coefficients {
  readonly intercept: number;
  readonly weights: Readonly<Partial<Record<Feature, number>>>;
}

/** The coefficients of a bundle, fitted on what it writes; see docs/notebook/candidates.md. */
export interface Chooser extends Readonly<Record<Exclude<View, 'shown'>, Coefficients>> {
  /** Of a beginning that comes by itself, being one of what belongs there; bundles before December 2026 have none. */
  readonly shown?: Coefficients;
}

/** Less than this log-probability says nothing more. */
const LEAST_LOG_PROBABILITY = -12;

/** The features of a fill by the probabilities that its tokens had when they were committed, 0–1. */
export function drawnEvidence(
  confidences: readonly number[],
): Required<Pick<Evidence, 'drawnMean' | 'drawnLeast' | 'tokens'>> {
  const { mean, least } = meanAndLeast(confidences.map(Math.log));
  return { drawnMean: mean, drawnLeast: least, tokens: Math.log(1 + confidences.length) };
}

/** Of log-probabilities; both 0 where there are none. */
export function meanAndLeast(logs: readonly number[]): { readonly mean: number; readonly least: number } {
  const bounded = logs.map((log) => Math.max(log, LEAST_LOG_PROBABILITY));
  const sum = bounded.reduce((total, log) => total + log, 0);
  return { mean: sum / Math.max(1, bounded.length), least: Math.min(0, ...bounded) };
}

/** How much is known. */
export function viewOf({ aloneMean, sameLine }: Evidence): keyof Omit<Chooser, 'shown'> {
  if (aloneMean === undefined) return 'drawn';
  return sameLine === undefined ? 'looked' : 'among';
}

/**
 * The chance that a candidate is what belongs in the hole, 0–1: a logistic regression over all that is known of it. What a
 * grammar would say counts as nothing to complain of where there is none.
 */
export function chanceOf(evidence: Evidence, chooser: Chooser): number {
  const view = viewOf(evidence);
  return chanceBy(chooser[view], VIEWS[view], evidence);
}

function chanceBy(
  { intercept, weights }: Coefficients,
  features: readonly Feature[],
  evidence: Evidence,
): number {
  const logOdds = features.reduce(
    (sum, feature) => sum + (weights[feature] ?? 0) * (evidence[feature] ?? 0),
    intercept,
  );
  return 1 / (1 + Math.exp(-logOdds));
}

/**
 * By the mean log-probability alone, for bundles without coefficients: what 294 ends of lines said of an earlier bundle, see
 * docs/notebook/unmasking.md.
 */
const UNFITTED: Coefficients = { intercept: 0.4, weights: { drawnMean: 4.3 } };

/**
 * The chance that a beginning of a fill is one of what belongs there, 0–1, by the probabilities that its tokens had when they
 * were committed.
 *
 * @param confidences 0–1
 * @param chooser of the model that wrote them; without one the chance is a rough one
 */
export function shownChance(confidences: readonly number[], chooser: Chooser | undefined): number {
  return chanceBy(chooser?.shown ?? UNFITTED, VIEWS.shown, drawnEvidence(confidences));
}

/** The likeliest first: by their chances, where all have one, else by their mean log-probabilities, a draft before others. */
export function byChance(
  a: { readonly chance?: number | undefined; readonly score: number; readonly evidence: Evidence },
  b: { readonly chance?: number | undefined; readonly score: number; readonly evidence: Evidence },
): number {
  if (a.chance !== undefined && b.chance !== undefined) return b.chance - a.chance;
  // A draft was taken because it is right more often than what the model writes, however sure that is of itself.
  return (b.evidence.draft ?? 0) - (a.evidence.draft ?? 0) || b.score - a.score;
}
