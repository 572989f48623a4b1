import { markdownTable } from '../../src/display/markdown-table';
import { proportion } from '../evaluate/intervals';
import { binsOf, estimate, percent } from './bins';
import { hasRightBeginning, isRight, PLACE_KINDS } from './draw-places';
import { judgedBeginnings, shownAt, type JudgedSuggestion } from './shown';

const THRESHOLDS = [0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6];
const FIGURES = ['shown, %', 'of them right, %', 'first word right, %', 'right, characters a place', 'wrong'];

/**
 * Reports what would be shown by itself, in Markdown.
 *
 * @param own judged by coefficients for what is shown
 * @param drawn judged by those for whole fills
 * @param least the chance below which nothing is shown
 */
export function shownReport(
  own: readonly JudgedSuggestion[],
  drawn: readonly JudgedSuggestion[],
  least: number,
): string {
  const languages = [...new Set(own.map(({ place }) => place.lang))].sort();
  return [
    '## What is shown by itself',
    `${own.length} places where somebody who types pauses, in ${languages.join(', ')}; every package judged by coefficients ` +
      'fitted on the others. Right: a beginning of what stood there, to the end of a word.',
    'The longest beginning of a suggestion that is likely enough:',
    thresholdTable(own, false),
    'The whole suggestion or nothing:',
    thresholdTable(own, true),
    'The same by the coefficients for whole fills:',
    thresholdTable(drawn, true),
    'How often a beginning with a chance is right:',
    reliabilityTable(own),
    `At ${least}, by place and language:`,
    partsTable(own, least, languages),
  ].join('\n\n');
}

function thresholdTable(judged: readonly JudgedSuggestion[], whole: boolean): string {
  const rows = THRESHOLDS.map((least) => [least, ...figuresOf(judged, least, whole)]);
  return markdownTable(['least chance', ...FIGURES], rows, 1);
}

function partsTable(
  judged: readonly JudgedSuggestion[],
  least: number,
  languages: readonly string[],
): string {
  const parts = [
    ...PLACE_KINDS.map((kind) => [kind, judged.filter(({ place }) => place.kind === kind)] as const),
    ...languages.map((lang) => [lang, judged.filter(({ place }) => place.lang === lang)] as const),
  ];
  const rows = parts.map(([name, own]) => [name, own.length, ...figuresOf(own, least, false)]);
  return markdownTable(['', 'places', ...FIGURES], rows, 1);
}

function figuresOf(judged: readonly JudgedSuggestion[], least: number, whole: boolean): string[] {
  const shown = judged
    .map((one) => ({ text: shownAt(one, least, whole), wanted: one.place.wanted }))
    .filter(({ text }) => text !== '');
  const right = shown.filter(({ text, wanted }) => isRight(text, wanted));
  const begun = shown.filter(({ text, wanted }) => hasRightBeginning(text, wanted));
  const share = (part: readonly unknown[]): string =>
    shown.length === 0 ? '–' : estimate(proportion(part.length, shown.length));
  const characters = (part: typeof shown): number => part.reduce((sum, { text }) => sum + text.length, 0);
  const each = (count: number): string => (count / Math.max(1, judged.length)).toFixed(2);
  return [
    percent(shown.length / Math.max(1, judged.length)),
    share(right),
    share(begun),
    each(characters(right)),
    each(characters(shown) - characters(right)),
  ];
}

function reliabilityTable(judged: readonly JudgedSuggestion[]): string {
  const rows = binsOf(judged.flatMap(judgedBeginnings)).map(({ chance, right, n }) => [
    percent(chance),
    n,
    estimate(proportion(right, n)),
  ]);
  return markdownTable(['mean chance, %', 'beginnings', 'right, %'], rows, 1);
}
