import { balanceBrackets } from './bracket-balance';
import { cutToPlace } from './cut-to-place';
import type { Filter, Place } from './place';
import { dropRepetition } from './repetition';
import { trimRepeatedSuffix } from './repeated-suffix';
import { trimTrailingSpace } from './trailing-space';

/** Each sees what the ones before it have left. */
const FILTERS: readonly Filter[] = [
  cutToPlace,
  dropRepetition,
  trimRepeatedSuffix,
  balanceBrackets,
  trimTrailingSpace,
];

/** The completion as it may be offered; '' when nothing is left of it. */
export function applyFilters(text: string, place: Place): string {
  return FILTERS.reduce((kept, filter) => (kept.trim() === '' ? '' : filter(kept, place)), text);
}
