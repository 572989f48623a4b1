import { markdownTable } from '../../src/display/markdown-table';
import { proportion } from '../evaluate/intervals';
import { PLACE_KINDS } from './draw-places';
import { binsOf, estimate, percent } from './bins';
import type { JudgedSuggestion } from './shown';

const THRESHOLDS = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5];

/**
 * Reports what would be shown by itself, in Markdown.
 *
 * @param own judged by coefficients for what is shown
 * @param whole judged by those for whole fills
 * @param least the chance below which nothing is shown
 */
export function shownReport(
  own: readonly JudgedSuggestion[],
  whole: readonly JudgedSuggestion[],
  least: number,
): string {
  const languages = [...new Set(own.map(({ place }) => place.lang))];
  return [
    '## What is shown by itself',
    `${own.length} places where somebody who types pauses, in ${languages.join(', ')}; every package judged by coefficients ` +
      'fitted on the others. Right: a beginning of what stood there, to the end of a word.',
    thresholdTable(own),
    'By the coefficients for whole fills:',
    thresholdTable(whole),
    'How often what has a chance is right:',
    reliabilityTable(own),
    `At ${least}, by place and language:`,
    partsTable(own, least, languages),
  ].join('\n\n');
}

function thresholdTable(judged: readonly JudgedSuggestion[]): string {
  const rows = THRESHOLDS.map((least) => [least, ...figuresOf(judged, least)]);
  return markdownTable(['least chance', 'shown, %', 'of them right, %', 'first word right, %'], rows, 1);
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
  const rows = parts.map(([name, own]) => [name, own.length, ...figuresOf(own, least)]);
  return markdownTable(['', 'places', 'shown, %', 'of them right, %', 'first word right, %'], rows, 1);
}

function figuresOf(judged: readonly JudgedSuggestion[], least: number): string[] {
  const shown = judged.filter(({ text, chance }) => text !== '' && chance >= least);
  const share = (of: (one: JudgedSuggestion) => boolean): string =>
    shown.length === 0 ? '–' : estimate(proportion(shown.filter(of).length, shown.length));
  return [
    percent(shown.length / Math.max(1, judged.length)),
    share(({ right }) => right),
    share(({ beginning }) => beginning),
  ];
}

function reliabilityTable(judged: readonly JudgedSuggestion[]): string {
  const shown = judged.filter(({ text }) => text !== '');
  const rows = binsOf(shown).map(({ chance, right, n }) => [
    percent(chance),
    n,
    estimate(proportion(right, n)),
  ]);
  return markdownTable(['mean chance, %', 'suggestions', 'right, %'], rows, 1);
}
