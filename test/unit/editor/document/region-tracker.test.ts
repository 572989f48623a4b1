import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RegionTracker, type Region, type TextChange } from '../../../../src/editor/document/region-tracker';

function change(rangeOffset: number, rangeLength: number, text: string): TextChange {
  return {
    rangeOffset,
    rangeLength,
    text,
  };
}

function follow(region: Region, ...changes: TextChange[]): Region | 'touched' {
  const tracker = new RegionTracker([region]);
  return tracker.follow(changes) ? tracker.regions[0]! : 'touched';
}

describe('RegionTracker', () => {
  const selection = { start: 10, end: 20 };
  const cursor = { start: 10, end: 10 };

  it('shifts a region by edits before it, and not by edits behind it', () => {
    assert.deepEqual(follow(selection, change(2, 0, 'abc')), { start: 13, end: 23 });
    assert.deepEqual(follow(selection, change(2, 5, '')), { start: 5, end: 15 });
    assert.deepEqual(follow(selection, change(25, 3, 'x')), selection);
    assert.deepEqual(follow(selection, change(30, 0, 'z'), change(0, 1, 'xyz')), { start: 12, end: 22 });
  });

  it('takes text right beside a selection for outside', () => {
    assert.deepEqual(follow(selection, change(10, 0, 'ab')), { start: 12, end: 22 });
    assert.deepEqual(follow(selection, change(20, 0, 'ab')), selection);
    assert.deepEqual(follow(selection, change(7, 3, '')), { start: 7, end: 17 });
  });

  it('notices edits inside', () => {
    assert.equal(follow(selection, change(15, 0, 'x')), 'touched');
    assert.equal(follow(selection, change(19, 4, '')), 'touched');
    assert.equal(follow(selection, change(0, 100, '')), 'touched');
    assert.equal(follow(selection, change(0, 0, 'x'), change(12, 1, 'y')), 'touched');
  });

  it('takes any edit right at a cursor for inside', () => {
    assert.equal(follow(cursor, change(10, 0, 'x')), 'touched');
    assert.equal(follow(cursor, change(9, 1, '')), 'touched');
    assert.equal(follow(cursor, change(10, 1, '')), 'touched');
    assert.deepEqual(follow(cursor, change(5, 1, '')), { start: 9, end: 9 });
    assert.deepEqual(follow(cursor, change(11, 0, 'x')), cursor);
  });

  it('keeps the regions of a refused event as they were', () => {
    const tracker = new RegionTracker([selection, { start: 30, end: 30 }]);
    assert.equal(tracker.follow([change(0, 0, 'abc'), change(30, 0, 'x')]), false);
    assert.deepEqual(tracker.regions, [selection, { start: 30, end: 30 }]);
  });

  it('finds the same text at the shifted places, whatever edits an event makes', () => {
    const texts = fc.array(fc.string({ maxLength: 6 }), { minLength: 3, maxLength: 9 });
    fc.assert(
      fc.property(texts, fc.infiniteStream(fc.string({ maxLength: 4 })), (parts, inserted) => {
        // Odd parts are regions, even ones the text around them, which the event replaces.
        const document = parts.join('');
        const starts = parts.map((_, i) => parts.slice(0, i).join('').length);
        const regions = parts
          .map((part, i) => ({ start: starts[i]!, end: starts[i]! + part.length }))
          .filter(({ start, end }, i) => i % 2 === 1 && end > start);
        const changes = parts.flatMap((part, i) =>
          i % 2 === 0 ? [change(starts[i]!, part.length, inserted.next().value as string)] : [],
        );
        let edited = document;
        for (const { rangeOffset, rangeLength, text } of changes.toReversed()) {
          edited = edited.slice(0, rangeOffset) + text + edited.slice(rangeOffset + rangeLength);
        }
        const tracker = new RegionTracker(regions);
        assert.equal(tracker.follow(changes), true);
        assert.deepEqual(
          tracker.regions.map(({ start, end }) => edited.slice(start, end)),
          regions.map(({ start, end }) => document.slice(start, end)),
        );
      }),
    );
  });
});
