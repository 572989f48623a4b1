import assert from 'node:assert/strict';
import { cutHoles } from '../../../../scripts/evaluate/cut-holes';
import { KINDS, type Kind } from '../../../../scripts/evaluate/task';
import { Random } from '../../../../src/engine/diffusion/random';

const LF = Array.from(
  { length: 30 },
  (_, i) =>
    `function total${i}(price, count) {\n  // Ünïcode 😀😀 of ${i}\n\n  return price${i} * count + ${i};\n}\n`,
).join('\n');
const CRLF = LF.replaceAll('\n', '\r\n');

function cutMany(text: string, kind: Kind): string[][] {
  return Array.from({ length: 200 }, (_, seed) => cutHoles(text, kind, new Random(seed)) ?? [])
    .filter((holes) => holes.length > 0)
    .map((holes) => holes.map(({ start, end }) => text.slice(start, end)));
}

describe('holes that are evaluated', () => {
  for (const kind of KINDS) {
    it(`of the kind ${kind} lie in order, between whole characters, and hold more than blanks`, () => {
      for (const text of [LF, CRLF]) {
        const cuts = Array.from({ length: 200 }, (_, seed) => cutHoles(text, kind, new Random(seed)));
        const found = cuts.flatMap((holes) => (holes ? [holes] : []));
        assert.ok(found.length > 100, `${found.length} of 200`);
        for (const holes of found) {
          assert.equal(holes.length, kind === 'two-holes' ? 2 : 1);
          let last = -1;
          for (const { start, end } of holes) {
            assert.ok(start > last && end > start);
            for (const offset of [start, end]) {
              const around = text.slice(offset - 1, offset + 1);
              assert.ok(around !== '\r\n' && !/^[\ud800-\udbff][\udc00-\udfff]$/.test(around), around);
            }
            assert.notEqual(text.slice(start, end).trim(), '');
            last = end;
          }
        }
      }
    });
  }

  it('have the shape of their kind', () => {
    const lines = new Set(CRLF.split('\r\n').map((line) => line.trimStart()));
    for (const [line] of cutMany(CRLF, 'line')) assert.ok(lines.has(line!), line);
    for (const [tail] of cutMany(CRLF, 'tail'))
      assert.ok(tail!.length >= 3 && [...lines].some((line) => line !== tail && line.endsWith(tail!)), tail);
    for (const [block] of cutMany(CRLF, 'block')) {
      const count = block!.split('\r\n').length;
      assert.ok(count >= 2 && count <= 6 && block === block!.trim(), block);
    }
    for (const [span] of cutMany(CRLF, 'span')) assert.ok(span!.length >= 7 && span!.length <= 81, span);
    for (const [word] of cutMany(CRLF, 'ident'))
      assert.match(word!, /^(total\d+|price\d*|count|code|nïcode|[a-z]+)$/u);
    const words = cutMany(CRLF, 'ident').map(([word]) => word);
    assert.ok(!words.includes('function') && !words.includes('return'));
  });

  it('are the same for the same seed', () => {
    assert.deepEqual(cutMany(LF, 'span'), cutMany(LF, 'span'));
  });

  it('are not cut where there is nothing to cut', () => {
    for (const kind of KINDS) assert.equal(cutHoles('}\n\n}\n', kind, new Random(1)), undefined, kind);
  });
});
