import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {
  readCompactCheckpoint,
  readCompactHeader,
  writeCompactCheckpoint,
} from '../../../../../scripts/train/run/compact-checkpoint';
import { Random } from '../../../../../src/engine/diffusion/random';
import { fromFloat16, toFloat16 } from '../../../../../src/engine/model/graph/float16';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';

describe('compact checkpoints', () => {
  const random = new Random(1);
  const drawn = (length: number, size: number): Float32Array =>
    Float32Array.from({ length }, () => size * (2 * random.uniform() - 1));
  // 18 MiB of weights: two pieces.
  const parameters = new Map([
    ['matrix', { shape: [3072, 3072] }],
    ['gain', { shape: [640] }],
  ]);
  const tensors = new Map([
    ['matrix', drawn(3072 ** 2, 0.1)],
    ['gain', drawn(640, 2)],
    ['adamw.matrix.v', drawn(1000, 1e-12)],
    ['adamw.steps', Float32Array.of(12345)],
    ['ema.gain', drawn(640, 2)],
  ]);
  const checkpoint = { step: 42, run: { seed: 1 }, tensors };

  it('have the weights in 16 bits, in pieces of 16 MiB at most', () => {
    const folder = path.join(temporaryFolder(), 'compact');
    writeCompactCheckpoint(folder, checkpoint, parameters, false);
    const sizes = fs.readdirSync(folder).map((name) => fs.statSync(path.join(folder, name)).size);
    assert.ok(sizes.every((bytes) => bytes <= 16 << 20));
    assert.equal(sizes.length, 3);
    const { step, run, tensors: read } = readCompactCheckpoint(folder);
    assert.deepEqual([step, run, [...read.keys()]], [42, { seed: 1 }, ['matrix', 'gain']]);
    assert.deepEqual(read.get('matrix'), fromFloat16(toFloat16(tensors.get('matrix')!)));
    assert.deepEqual(read.get('gain'), tensors.get('gain'));
    assert.equal(readCompactHeader(folder).moments, false);
  });

  it('have the moments to three digits, if wanted', () => {
    const folder = temporaryFolder();
    writeCompactCheckpoint(folder, checkpoint, parameters, true);
    assert.equal(readCompactHeader(folder).moments, true);
    const { tensors: read } = readCompactCheckpoint(folder);
    for (const name of ['gain', 'adamw.steps', 'ema.gain'])
      assert.deepEqual(read.get(name), tensors.get(name), name);
    const back = read.get('adamw.matrix.v')!;
    tensors
      .get('adamw.matrix.v')!
      .forEach((value, i) => assert.ok(Math.abs(back[i]! - value) <= Math.abs(value) / 256));
  });
});
