import { isShort } from '../../src/completions/completion-to-show';
import { beginningsOf, sureBeginning } from '../../src/editor/completions/sure-beginning';
import { drawnEvidence, shownChance, VIEWS, type Chooser, type Coefficients } from '../../src/engine/index';
import type { Completed, CompletedPlace } from './collect-shown';
import { isRight, type Place } from './draw-places';
import { coefficientsOf } from './fit';

/** A completion that the filters have left something of, or nothing. */
export interface Suggestion {
  readonly place: Place;
  readonly completed: Completed;
}

/** A suggestion, judged by coefficients that were fitted on others. */
export interface JudgedSuggestion extends Suggestion {
  readonly chooser: Chooser;
}

/** A beginning that may be shown, its chance, and whether it is one of what stood there. */
export interface JudgedBeginning {
  readonly chance: number;
  readonly right: boolean;
}

/** The first completion at each place. */
export function suggestionsOf(completed: readonly CompletedPlace[]): Suggestion[] {
  return completed.map(({ place, completed: { usual } }) => ({ place, completed: usual }));
}

/** Fits the chances of what may be shown: of every beginning of a suggestion. */
export function fitShown(suggestions: readonly Suggestion[]): Coefficients {
  const beginnings = suggestions.flatMap(({ place, completed: { shown, cells } }) =>
    beginningsOf(shown, cells).map(({ text, confidences }) => ({
      evidence: drawnEvidence(confidences),
      right: isRight(text, place.wanted),
    })),
  );
  return coefficientsOf(
    VIEWS.shown,
    beginnings.map(({ evidence }) => evidence),
    beginnings.map(({ right }) => right),
  );
}

/** Judges the suggestions of every package by coefficients fitted on those of all others. */
export function judgeShown(suggestions: readonly Suggestion[]): JudgedSuggestion[] {
  const packages = [...new Set(suggestions.map(packageOf))];
  return packages.flatMap((name) => {
    const shown = fitShown(suggestions.filter((one) => packageOf(one) !== name));
    return judgedBy(
      suggestions.filter((one) => packageOf(one) === name),
      shown,
    );
  });
}

/** Judges suggestions by coefficients that there are. */
export function judgedBy(suggestions: readonly Suggestion[], shown: Coefficients): JudgedSuggestion[] {
  const chooser: Chooser = { drawn: shown, looked: shown, among: shown, shown };
  return suggestions.map((one) => ({ ...one, chooser }));
}

/** The beginnings of a suggestion, shortest first. */
export function judgedBeginnings({ place, completed, chooser }: JudgedSuggestion): JudgedBeginning[] {
  return beginningsOf(completed.shown, completed.cells).map(({ text, confidences }) => ({
    chance: shownChance(confidences, chooser),
    right: isRight(text, place.wanted),
  }));
}

/**
 * The text that would be shown; '' for none.
 *
 * @param whole the suggestion or nothing, as it was before beginnings were shown
 */
export function shownAt({ completed, chooser }: JudgedSuggestion, least: number, whole = false): string {
  const sure = sureBeginning(completed.shown, completed.cells, least, chooser);
  return (whole && sure !== completed.shown) || isShort(sure) ? '' : sure;
}

function packageOf({ place: { path } }: Suggestion): string {
  return path.slice(0, path.indexOf('/'));
}
