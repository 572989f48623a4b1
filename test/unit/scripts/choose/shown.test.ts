import assert from 'node:assert/strict';
import { Random } from '../../../../src/engine/index';
import type { CompletedPlace } from '../../../../scripts/choose/collect-shown';
import {
  cutAt,
  drawPlaces,
  hasRightBeginning,
  isRight,
  PLACE_KINDS,
  type Place,
} from '../../../../scripts/choose/draw-places';
import {
  judgedBeginnings,
  judgedBy,
  judgeShown,
  shownAt,
  suggestionsOf,
} from '../../../../scripts/choose/shown';
import { shownReport } from '../../../../scripts/choose/shown-report';

const TEXT = [
  'export function total(prices) {',
  '  const sum = prices.reduce((a, b) => a + b, 0);',
  '  return format(sum, "EUR");',
  '}',
].join('\n');
const LONG = Array.from({ length: 6 }, (_, i) => TEXT.replaceAll('total', `total${i}`)).join('\n\n');

describe('places where somebody who types pauses', () => {
  const documents = ['typescript', 'python', 'markdown'].flatMap((lang) =>
    Array.from({ length: 12 }, (_, i) => ({ path: `p@1/${lang}/${i}`, lang, text: LONG })),
  );

  it('have kinds and languages in turn, none of prose, and the same for the same seed', () => {
    const places = drawPlaces(documents, { split: 'valid', count: 32 }, new Random(5));
    assert.equal(places.length, 32);
    for (const kind of PLACE_KINDS) assert.equal(places.filter((place) => place.kind === kind).length, 4);
    for (const lang of ['typescript', 'python'])
      assert.equal(places.filter((place) => place.lang === lang).length, 16);
    assert.deepEqual(drawPlaces(documents, { split: 'valid', count: 32 }, new Random(5)), places);
  });

  it('are the text, with what is wanted taken out', () => {
    for (const { kind, prefix, wanted, suffix } of drawPlaces(
      documents,
      { split: 'valid', count: 80 },
      new Random(6),
    )) {
      assert.ok(LONG.startsWith(prefix + wanted), kind);
      if (kind !== 'open') assert.equal(prefix + wanted + suffix, LONG);
      else assert.match(suffix, /^[)\]}"'`]/);
      if (kind === 'end') assert.match(wanted, /^(\n|$)/);
      else assert.match(wanted, /^[^\n]*\S/);
    }
  });

  it('end where their kind says', () => {
    const before = { equals: /= $/, dot: /\.$/, open: /[({"]$/, blank: /\n {2}$/, word: /\w$/, part: /\w$/ };
    for (const [kind, end] of Object.entries(before)) {
      const random = new Random(7);
      const cuts = Array.from({ length: 60 }, () => cutAt(TEXT, kind as keyof typeof before, random));
      const found = cuts.filter((cut) => cut !== undefined);
      assert.ok(found.length > 0, kind);
      for (const { prefix, wanted } of found) {
        assert.match(prefix, end);
        if (kind === 'word') assert.match(wanted, /^\W/);
        if (kind === 'part') assert.match(wanted, /^\w\w/);
      }
    }
  });

  it('leave behind the cursor what the editor closes, and want what stands between', () => {
    const found = Array.from({ length: 200 }, (_, i) => cutAt(TEXT, 'open', new Random(i)));
    const inner = found.find((cut) => cut?.prefix.endsWith('.reduce('));
    assert.equal(inner?.wanted, '(a, b) => a + b, 0');
    assert.match(inner.suffix, /^\)(\n|$)/);
  });
});

describe('what is shown', () => {
  it('is right as a beginning of what is wanted that cuts no word', () => {
    const wanted = 'sum(a, b); \n  return a;';
    for (const right of ['sum', 'sum(a', 'sum(a, b);', 'sum(a, b);\n  return a;'])
      assert.ok(isRight(right, wanted), right);
    for (const wrong of ['', 'su', 'sum(b', 'sum(a, b);\n  return a;\n', 'sum(a, b);;'])
      assert.ok(!isRight(wrong, wanted), wrong);
    assert.ok(hasRightBeginning('sum(c)', wanted));
    assert.ok(!hasRightBeginning('summed', wanted));
    assert.ok(!hasRightBeginning('', ''));
  });

  it('has chances, fitted on other packages, that come true as often as they say', () => {
    const random = new Random(8);
    const completed = Array.from({ length: 400 }, (_, i): CompletedPlace => {
      const confidence = 0.05 + 0.9 * random.uniform();
      const place: Place = {
        id: `p${i}`,
        kind: PLACE_KINDS[i % PLACE_KINDS.length]!,
        lang: 'typescript',
        path: `package${i % 4}/a.ts`,
        prefix: 'a = ',
        suffix: '\n',
        // A token is right as often as it says.
        wanted: random.uniform() < confidence ? 'bc + c' : 'd',
      };
      const cells = [
        { text: 'bc', confidence, step: 1, masked: false },
        { text: ' - x', confidence: 1e-6, step: 2, masked: false },
      ];
      const answer = { cells, shown: i % 10 === 0 ? '' : 'bc', forwards: 2, ms: 1 };
      return { place, completed: { usual: answer, 'masks-4': answer } };
    });
    const judged = judgeShown(suggestionsOf(completed));
    assert.equal(judged.length, 400);
    for (const one of judged) {
      const [beginning, ...others] = judgedBeginnings(one);
      assert.equal(others.length, 0);
      if (beginning)
        assert.ok(
          Math.abs(beginning.chance - one.completed.cells[0]!.confidence) < 0.2,
          String(beginning.chance),
        );
      assert.equal(shownAt(one, 0.5), (beginning?.chance ?? 0) >= 0.5 ? 'bc' : '');
    }
    const report = shownReport(judged, judged, 0.15);
    assert.match(report, /\| 0 \| 90\.0 \|/);
    assert.match(report, /\| typescript \| 400 \|/);
  });

  it('is the longest sure beginning, or the whole and nothing else', () => {
    const shown = { intercept: 0, weights: { drawnLeast: 1 } };
    const cells = [
      { text: 'load', confidence: 0.9, step: 1, masked: false },
      { text: '(name', confidence: 0.01, step: 1, masked: false },
    ];
    const place: Place = {
      id: '1',
      kind: 'equals',
      lang: 'go',
      path: 'p/a.go',
      prefix: 'a = ',
      suffix: '',
      wanted: 'load(b',
    };
    const completed = { cells, shown: 'load(name', forwards: 1, ms: 1 };
    const [judged] = judgedBy([{ place, completed }], shown);
    assert.equal(shownAt(judged!, 0.4), 'load');
    assert.equal(shownAt(judged!, 0.4, true), '');
    assert.equal(shownAt(judged!, 0, true), 'load(name');
    assert.deepEqual(
      judgedBeginnings(judged!).map(({ right }) => right),
      [true, true, false],
    );
  });
});
