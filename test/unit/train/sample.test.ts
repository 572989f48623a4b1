import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PRESETS } from '../../../scripts/train/presets';
import { cutHoles } from '../../../scripts/train/samples/hole-shapes';
import { buildSample, type SampleConfig } from '../../../scripts/train/samples/sample';
import { Random } from '../../../src/engine/diffusion/random';
import { SPECIAL, SPECIAL_TOKENS } from '../../../src/engine/model/bundle-config';

const OFFSET = SPECIAL_TOKENS.length;
/** One token per UTF-8 byte. */
const encode = (text: string): number[] => Array.from(Buffer.from(text, 'utf8'), (byte) => byte + OFFSET);
const decode = (ids: readonly number[]): string => Buffer.from(ids.map((id) => id - OFFSET)).toString('utf8');

const { window } = PRESETS.base.batch;
const text = Array.from({ length: 40 }, (_, i) => `  const größe${i} = f('😀', ${i}); // note\n`).join('');

const excerpts = fc.record({
  anchor: fc.integer({ min: 0, max: text.length - 1 }),
  seed: fc.nat(),
  u: fc.double({ min: 0, max: 0.999, noNaN: true }),
});

function build(
  config: Partial<SampleConfig>,
  { anchor, seed, u }: { anchor: number; seed: number; u: number },
) {
  const all = { ...PRESETS.base.batch, ...config };
  return buildSample({ path: 'pkg@1.0.0/src/a.ts', text, anchor }, encode, window, all, u, new Random(seed));
}

describe('training samples', () => {
  it('fit the window, and hide exactly what their targets say', () =>
    fc.assert(
      fc.property(excerpts, (at) => {
        const sample = build({}, at);
        if (!sample) return;
        assert.ok(sample.ids.length <= window.rows);
        assert.ok(Math.max(...sample.positions) < window.positions);
        const masks = [...sample.ids].flatMap((id, row) => (id === SPECIAL.mask ? [row] : []));
        assert.deepEqual(
          masks,
          sample.masked.map(({ row }) => row),
        );
        assert.ok(sample.masked.length > 0 && sample.masked.length <= sample.holeTokens);
        assert.ok(masks.every((row) => row >= sample.contextRows));
        assert.ok(sample.t >= 0.1 && sample.t <= 1);
      }),
    ));

  it('are the document again when the targets are put back, parts tokenised separately', () =>
    fc.assert(
      fc.property(excerpts, (at) => {
        const sample = build({ holeShare: 1, dropHeader: 1, dropContext: 0, holeCounts: [1, 1, 1] }, at);
        if (!sample) return;
        const ids = [...sample.ids];
        for (const { row, target } of sample.masked) ids[row] = target;
        const rows = ids
          .map((id, row) => ({ id, position: sample.positions[row]! }))
          .filter(({ id }) => id !== SPECIAL.end && id !== SPECIAL.eot)
          .sort((a, b) => a.position - b.position);
        // Cut from the left at a line start; from the right anywhere, a character may be left incomplete.
        const shown = decode(rows.map(({ id }) => id)).replace(/\uFFFD+$/, '');
        assert.ok(text.includes(shown), JSON.stringify(shown));
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
