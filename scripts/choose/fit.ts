import {
  byChance,
  chanceOf,
  VIEWS,
  type Chooser,
  type Coefficients,
  type Evidence,
  type Feature,
  type StartName,
  type View,
} from '../../src/engine/index';
import { fromStarts } from './candidate-sets';
import type { CollectedCandidate, CollectedTask } from './collect';
import { fitLogistic } from './logistic';

/** λ of the ridge; the weights of what says little become small, not large and opposed. */
const RIDGE = 3;

/** Fits the chances of candidates from these starts, of each view by itself. */
export function fitChooser(tasks: readonly CollectedTask[], starts: readonly StartName[]): Chooser {
  const candidates = tasks.flatMap((task) => fromStarts(task, starts));
  const fitted = (view: View): Coefficients => fitView(view, candidates);
  return { drawn: fitted('drawn'), looked: fitted('looked'), among: fitted('among') };
}

function fitView(view: View, all: readonly CollectedCandidate[]): Coefficients {
  // What was not looked at has no part in a view that asks for it.
  const candidates = all.filter(({ evidence }) => view === 'drawn' || evidence.aloneMean !== undefined);
  return coefficientsOf(
    VIEWS[view],
    candidates.map(({ evidence }) => evidence),
    candidates.map(({ exact }) => exact),
  );
}

/** Fits the chance that these features tell, as a bundle's config.json has it. */
export function coefficientsOf(
  features: readonly Feature[],
  evidence: readonly Evidence[],
  right: readonly boolean[],
): Coefficients {
  const rows = evidence.map((one) => features.map((feature) => one[feature] ?? 0));
  const { intercept, weights } = fitLogistic(rows, right, RIDGE);
  const named = features.map((feature, i) => [feature, round(weights[i]!)] as const);
  return { intercept: round(intercept), weights: Object.fromEntries(named) };
}

/** A task, and what each way would have shown for it. */
export interface Judged {
  readonly task: CollectedTask;
  readonly one: CollectedCandidate | undefined;
  readonly likeliest: CollectedCandidate | undefined;
  readonly chosen: CollectedCandidate | undefined;
  /** The chance of the one chosen. */
  readonly chance: number;
  readonly amongRight: boolean;
}

/** Chooses in every task by coefficients fitted on the tasks of all other packages. */
export function judgeByFolds(tasks: readonly CollectedTask[], starts: readonly StartName[]): Judged[] {
  const packages = [...new Set(tasks.map((task) => task.package))];
  return packages.flatMap((name) => {
    const chooser = fitChooser(
      tasks.filter((task) => task.package !== name),
      starts,
    );
    return tasks.filter((task) => task.package === name).map((task) => judge(task, starts, chooser));
  });
}

/** Chooses by coefficients that were fitted on others. */
export function judge(task: CollectedTask, starts: readonly StartName[], chooser: Chooser): Judged {
  const candidates = fromStarts(task, starts);
  const one = candidates.find((candidate) => candidate.starts.includes('usual'));
  const chances = new Map(candidates.map((candidate) => [candidate, chanceOf(candidate.evidence, chooser)]));
  const chosen = [...candidates].sort((a, b) => chances.get(b)! - chances.get(a)!)[0];
  const likeliest = [...candidates].sort(byChance)[0];
  return {
    task,
    one,
    likeliest,
    chosen,
    chance: chosen ? chances.get(chosen)! : 0,
    amongRight: candidates.some(({ exact }) => exact),
  };
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
