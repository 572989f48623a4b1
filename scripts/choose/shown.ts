import { drawnEvidence, shownChance, VIEWS, type Chooser, type Coefficients } from '../../src/engine/index';
import { confidencesIn } from '../../src/editor/completions/sure-beginning';
import type { Completed, CompletedPlace } from './collect-shown';
import { hasRightBeginning, isRight, type Place } from './draw-places';
import { coefficientsOf } from './fit';

/** What would be shown at a place, and whether it is what the text goes on with. */
export interface Suggestion {
  readonly place: Place;
  /** '' where the filters leave nothing. */
  readonly text: string;
  /** Of the tokens that reach into the text, 0–1. */
  readonly confidences: readonly number[];
  /** The text is a beginning of what stood there, to the end of a word. */
  readonly right: boolean;
  /** Its first word is. */
  readonly beginning: boolean;
}

/** A suggestion with its chance by coefficients that were fitted on others. */
export interface JudgedSuggestion extends Suggestion {
  readonly chance: number;
}

/** What the first completion shows at each place. */
export function suggestionsOf(completed: readonly CompletedPlace[]): Suggestion[] {
  return completed.map(({ place, completed: { usual } }) => suggestionAt(place, usual));
}

function suggestionAt(place: Place, { cells, shown }: Completed): Suggestion {
  return {
    place,
    text: shown,
    confidences: confidencesIn(cells, shown),
    right: isRight(shown, place.wanted),
    beginning: hasRightBeginning(shown, place.wanted),
  };
}

/** Fits the chances of what is shown; where nothing is, there is nothing to be learned. */
export function fitShown(suggestions: readonly Suggestion[]): Coefficients {
  const shown = suggestions.filter(({ text }) => text !== '');
  return coefficientsOf(
    VIEWS.shown,
    shown.map(({ confidences }) => drawnEvidence(confidences)),
    shown.map(({ right }) => right),
  );
}

/** Judges the suggestions of every package by coefficients fitted on those of all others. */
export function judgeShown(suggestions: readonly Suggestion[]): JudgedSuggestion[] {
  const packages = [...new Set(suggestions.map(packageOf))];
  return packages.flatMap((name) => {
    const shown = fitShown(suggestions.filter((one) => packageOf(one) !== name));
    return suggestions.filter((one) => packageOf(one) === name).map((one) => judgedBy(one, shown));
  });
}

/** Judges a suggestion by coefficients that there are. */
export function judgedBy(suggestion: Suggestion, shown: Coefficients): JudgedSuggestion {
  const chooser: Chooser = { drawn: shown, looked: shown, among: shown, shown };
  const chance = suggestion.text === '' ? 0 : shownChance(suggestion.confidences, chooser);
  return { ...suggestion, chance };
}

function packageOf({ place: { path } }: Suggestion): string {
  return path.slice(0, path.indexOf('/'));
}
