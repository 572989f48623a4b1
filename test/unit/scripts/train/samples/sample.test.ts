import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PRESETS } from '../../../../../scripts/train/settings/presets';
import { cutHoles } from '../../../../../scripts/train/samples/hole-shapes';
import { mergeMasks, type Cell } from '../../../../../scripts/train/samples/cells';
import { buildSample, type Sample, type SampleConfig } from '../../../../../scripts/train/samples/sample';
import { Random } from '../../../../../src/engine/diffusion/random';
import { SPECIAL, SPECIAL_TOKENS } from '../../../../../src/engine/text/special-tokens';

const OFFSET = SPECIAL_TOKENS.length;
/** One token per UTF-8 byte. */
function encode(text: string): number[] {
  return Array.from(Buffer.from(text, 'utf8'), (byte) => byte + OFFSET);
}
function decode(ids: readonly number[]): string {
  return Buffer.from(ids.map((id) => id - OFFSET)).toString('utf8');
}

const { window } = PRESETS.base.batch;
const TEXT = Array.from({ length: 40 }, (_, i) => `  const größe${i} = f('😀', ${i}); // note\n`).join('');

const EXCERPTS = fc.record({
  anchor: fc.integer({ min: 0, max: TEXT.length - 1 }),
  seed: fc.nat(),
  u: fc.double({ min: 0, max: 0.999, noNaN: true }),
});

function build(
  config: Partial<SampleConfig>,
  { anchor, seed, u }: { anchor: number; seed: number; u: number },
  late = false,
) {
  const all = { ...PRESETS.base.batch, ...config };
  const excerpt = { path: 'pkg@1.0.0/src/a.ts', text: TEXT, anchor };
  return buildSample(excerpt, encode, window, all, u, new Random(seed), late);
}

const { lastPhase } = PRESETS.base.batch;
const ONLY_HOLES = { holeShare: 1, dropHeader: 1, dropContext: 0, holeCounts: [1, 1, 1] };

/** With its targets put back and its `[DELETE]`s gone, a sample is a piece of the document. */
function assertShowsText(sample: Sample): void {
  const ids = [...sample.ids];
  for (const { row, target } of sample.predicted) ids[row] = target;
  const gone: number[] = [SPECIAL.end, SPECIAL.eot, SPECIAL.delete];
  const rows = ids
    .map((id, row) => ({ id, position: sample.positions[row]! }))
    .filter(({ id }) => !gone.includes(id))
    .sort((a, b) => a.position - b.position);
  // Cut from the left at a line start, or between tokens of a line that is too long; from the right anywhere. So the
  // characters at both ends may be left incomplete.
  const shown = decode(rows.map(({ id }) => id)).replace(/^\uFFFD+|\uFFFD+$/g, '');
  assert.ok(TEXT.includes(shown), JSON.stringify(shown));
}

describe('training samples', () => {
  it('fit the window, and hide exactly what their targets say', () =>
    fc.assert(
      fc.property(EXCERPTS, (at) => {
        const sample = build({}, at);
        if (!sample) return;
        assert.ok(sample.ids.length <= window.rows);
        assert.ok(Math.max(...sample.positions) < window.positions);
        const masks = [...sample.ids].flatMap((id, row) => (id === SPECIAL.mask ? [row] : []));
        assert.deepEqual(
          masks,
          sample.predicted.map(({ row }) => row),
        );
        assert.ok(sample.predicted.length > 0 && sample.predicted.length <= sample.holeTokens);
        assert.ok(masks.every((row) => row >= sample.contextRows));
        assert.ok(sample.t >= 0.05 && sample.t <= 1);
      }),
    ));

  it('are the document again when the targets are put back, parts tokenised separately', () =>
    fc.assert(
      fc.property(EXCERPTS, (at) => {
        const sample = build(ONLY_HOLES, at);
        if (!sample) return;
        assertShowsText(sample);
      }),
    ));

  it('reserve positions: the suffix stands G after the hole’s start, whatever the hole’s length', () => {
    const sample = build(
      { holeShare: 1, dropContext: 0, holeCounts: [1], shortContext: 0 },
      { anchor: 800, seed: 5, u: 0.5 },
    )!;
    const context = [...sample.positions.subarray(0, sample.contextRows)];
    const gap = context.findIndex((position, i) => i > 0 && position !== context[i - 1]! + 1);
    const reserved = context[gap]! - context[gap - 1]! - 1;
    assert.ok(window.reserved.includes(reserved), String(reserved));
    assert.equal(sample.positions[sample.contextRows], context[gap - 1]! + 1);
  });

  it('are plain LLaDA where the whole window is a hole', () => {
    const sample = build({ holeShare: 0 }, { anchor: 10, seed: 1, u: 0.3 })!;
    assert.equal(sample.contextRows, 0);
    assert.deepEqual([...sample.positions], [...sample.positions.keys()]);
    assert.ok(!sample.ids.includes(SPECIAL.end));
  });

  it('pad holes with masks to delete, which together weigh as much as one visible token', () =>
    fc.assert(
      fc.property(EXCERPTS, (at) => {
        const resize = { ...lastPhase.resize, merged: 0, padded: 1 };
        const doubt = { corrupted: 0, clean: 0 };
        const config = { ...ONLY_HOLES, holeCounts: [1], lastPhase: { ...lastPhase, resize, doubt } };
        const sample = build(config, at, true);
        if (!sample) return;
        const deletes = sample.predicted.filter(({ target }) => target === SPECIAL.delete);
        assert.ok(deletes.length > 0 && deletes.length <= resize.mostPadding);
        assert.ok(Math.abs(deletes.reduce((sum, { share }) => sum + share, 0) - sample.t) < 1e-9);
        assert.ok(sample.ids.length <= window.rows);
        assertShowsText(sample);
        const context = [...sample.positions.subarray(0, sample.contextRows)];
        const hole = sample.positions.subarray(sample.contextRows);
        // The padded hole and its `[END]` stay within the run that it reserves.
        assert.ok(context.every((position) => position < hole[0]! || position > hole.at(-1)!));
      }),
    ));

  it('merge neighbouring masks into one that expands, and nothing else', () =>
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }), fc.nat(), (hidden, seed) => {
        const cells = hidden.map((hides, i): Cell => {
          const id = OFFSET + i;
          return hides ? { shown: SPECIAL.mask, target: id, share: 1 } : { shown: id };
        });
        const merged = mergeMasks(cells, lastPhase.resize, new Random(seed));
        const visible = (of: readonly Cell[]): number[] =>
          of.flatMap(({ shown }) => (shown === SPECIAL.mask ? [] : [shown]));
        assert.deepEqual(visible(merged), visible(cells));
        // Walks over both: an expanding mask stands for two hidden tokens at least, any other for its own.
        let i = 0;
        for (const { shown, target } of merged) {
          if (target !== SPECIAL.expand) {
            while (cells[i]!.target !== target || cells[i]!.shown !== shown) {
              assert.ok(hidden[i], 'a visible token was merged away');
              i++;
            }
            i++;
          }
        }
        const expands = merged.filter(({ target }) => target === SPECIAL.expand).length;
        assert.ok(merged.length + expands <= cells.length);
        assert.equal(merged.length === cells.length, expands === 0);
      }),
    ));

  it('merge as far as one mask for many tokens', () => {
    const cells = Array.from({ length: 16 }, (_, i): Cell => ({ shown: SPECIAL.mask, target: OFFSET + i }));
    const config = { ...lastPhase.resize, mergeProbability: [1, 1] as const };
    const sizes = new Set(
      Array.from({ length: 200 }, (_, seed) => mergeMasks(cells, config, new Random(seed)).length),
    );
    assert.deepEqual(
      [...sizes].sort((a, b) => a - b),
      [1, 2, 4, 8],
    );
  });

  it('in the last part corrupt a tenth of the visible tokens, leave a tenth clean, and want the true ones', () => {
    const resize = { ...lastPhase.resize, merged: 0, padded: 0 };
    const config = { ...ONLY_HOLES, lastPhase: { ...lastPhase, resize } };
    const seen = { visible: 0, clean: 0, corrupted: 0 };
    for (let seed = 0; seed < 400; seed++) {
      const sample = build(config, { anchor: 50 + seed, seed, u: 0.3 }, true);
      if (!sample) continue;
      assertShowsText(sample);
      const hole = [...sample.ids].slice(sample.contextRows);
      seen.visible += hole.filter((id) => id !== SPECIAL.mask && id !== SPECIAL.end).length;
      for (const { row, target, share } of sample.predicted) {
        const shown = sample.ids[row]!;
        if (shown === SPECIAL.mask) continue;
        assert.equal(share, sample.t);
        seen[shown === target ? 'clean' : 'corrupted']++;
      }
    }
    assert.ok(seen.visible > 5000);
    // A drawn token may be the true one: corrupted ones are a few fewer, clean ones a few more.
    assert.ok(Math.abs(seen.corrupted / seen.visible - 0.1) < 0.02, JSON.stringify(seen));
    assert.ok(Math.abs(seen.clean / seen.visible - 0.1) < 0.02, JSON.stringify(seen));
  });

  it('mask an exact share for validation', () => {
    for (const t of [0.1, 0.5, 0.9]) {
      const sample = build({ ...ONLY_HOLES, exactT: t }, { anchor: 800, seed: 9, u: 0 })!;
      assert.equal(sample.predicted.length, Math.ceil(t * sample.holeTokens));
      assert.equal(sample.t, sample.predicted.length / sample.holeTokens);
    }
  });

  it('cut holes at characters that do not touch', () =>
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 400 }),
        fc.nat(399),
        fc.nat(),
        (doc, at, seed) => {
          const holes = cutHoles(doc, at % doc.length, 200, 5, PRESETS.base.batch.shapes, new Random(seed));
          let last = -1;
          for (const { start, end } of holes) {
            assert.ok(start > last && end > start && end <= doc.length);
            for (const cut of [start, end]) {
              const inside =
                /[\ud800-\udbff]/.test(doc[cut - 1] ?? '') && /[\udc00-\udfff]/.test(doc[cut] ?? '');
              assert.ok(!inside, 'cut between the halves of a code point');
            }
            last = end;
          }
        },
      ),
    ));
});
