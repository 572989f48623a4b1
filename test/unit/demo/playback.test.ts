import assert from 'node:assert/strict';
import { Playback, stepMs } from '../../../src/demo/playback';

describe('playback', () => {
  let shown: number[];
  let next: (() => void) | undefined;
  let playback: Playback;
  beforeEach(() => {
    shown = [];
    next = undefined;
    playback = new Playback(
      (_, then) => {
        next = then;
        return () => (next = undefined);
      },
      () => shown.push(playback.position),
    );
  });
  /** Lets the timer run out as long as there is one. */
  const runOut = (): void => {
    while (next) {
      const then = next;
      next = undefined;
      then();
    }
  };

  it('follows a run until it is scrubbed', () => {
    playback.reset(1, 0, true);
    playback.extend(2);
    playback.extend(3);
    assert.equal(playback.position, 2);
    playback.go(1);
    playback.extend(4);
    assert.equal(playback.position, 1);
  });

  it('plays to the end and stops there', () => {
    playback.reset(4, 1, false);
    shown.length = 0;
    playback.toggle();
    assert.equal(playback.playing, true);
    runOut();
    assert.deepEqual(shown, [1, 2, 3]);
    assert.equal(playback.playing, false);
  });

  it('plays again from the start at the end', () => {
    playback.reset(3, 2, false);
    shown.length = 0;
    playback.toggle();
    runOut();
    assert.deepEqual(shown, [0, 1, 2]);
  });

  it('pauses, and stays within the run', () => {
    playback.reset(3, 0, false);
    playback.toggle();
    playback.toggle();
    assert.equal(playback.playing, false);
    assert.equal(next, undefined);
    playback.go(99);
    assert.equal(playback.position, 2);
    playback.go(-5);
    assert.equal(playback.position, 0);
  });

  it('shows each step for a time that suits their number and the speed', () => {
    assert.equal(stepMs(2, 1), 300);
    assert.equal(stepMs(100, 1), 60);
    assert.equal(stepMs(100, 2), 30);
    assert.equal(stepMs(1000, 1), 40);
  });
});
