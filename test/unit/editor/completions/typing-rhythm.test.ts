import assert from 'node:assert/strict';
import { TypingRhythm } from '../../../../src/editor/completions/typing-rhythm';

/** A typist with so many milliseconds between keys, alternately a little less and a little more. */
function typist(ms: number, spread = 0): TypingRhythm {
  const rhythm = new TypingRhythm();
  let now = 0;
  for (let i = 0; i < 60; i++) rhythm.typed((now += ms + (i % 2 === 0 ? -spread : spread)));
  return rhythm;
}

describe('TypingRhythm', () => {
  it('waits longer for a slow typist, and for an uneven one', () => {
    const [fast, slow, uneven] = [typist(90), typist(300), typist(300, 100)].map(({ pauseMs }) => pauseMs);
    assert.ok(fast! < slow! && slow! < uneven!);
    assert.ok(fast! > 80 && fast! < 120);
  });

  it('waits longer for a slow engine', () => {
    const rhythm = typist(150, 40);
    const before = rhythm.pauseMs;
    rhythm.answered(500);
    assert.ok(rhythm.pauseMs > before);
  });

  it('stays within bounds, whatever happens', () => {
    const [fastest, slowest] = [typist(0), typist(1400, 90)];
    slowest.answered(60_000);
    assert.ok(fastest.pauseMs >= 40);
    assert.ok(slowest.pauseMs <= 600);
  });

  it('takes no break for a rhythm', () => {
    const rhythm = typist(100);
    const before = rhythm.pauseMs;
    rhythm.typed(1e9);
    assert.equal(rhythm.pauseMs, before);
  });
});
