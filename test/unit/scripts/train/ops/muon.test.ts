import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import { selectBackend } from '../../../../../scripts/train/backend/select';
import { DEFAULT_ADAMW } from '../../../../../scripts/train/ops/adamw/options';
import { Optimizer } from '../../../../../scripts/train/run/optimizer';
import { measureOptimizer, MUON, OPTIMIZER_CASES } from '../../../../support/train/optimizer-cases';

function vector(length: number): tf.Variable {
  return tf.variable(tf.ones([length]), false);
}
function matrix(...shape: [number, number]): tf.Variable {
  return tf.variable(tf.randomNormal(shape), false);
}

describe('Muon on the CPU', () => {
  before(async () => {
    await selectBackend('cpu');
  });

  for (const one of OPTIMIZER_CASES)
    it(`makes the steps of double precision: ${one.name}`, async () => {
      const errors = await measureOptimizer(one);
      for (const error of errors) assert.ok(error < 5e-5, errors.map((e) => e.toExponential(1)).join());
    });

  it('leaves a matrix whose gradient is zero where it is, but for its decay', async () => {
    const parameters = new Map([
      ['norm', vector(8)],
      ['layer.0.gate', matrix(8, 16)],
    ]);
    const before = await parameters.get('layer.0.gate')!.data();
    const optimizer = new Optimizer(parameters, MUON);
    optimizer.setRate(0.5);
    optimizer.apply(
      new Map<string, tf.Tensor>([
        ['norm', tf.ones([8])],
        ['layer.0.gate', tf.zeros([8, 16])],
      ]),
    );
    const after = await parameters.get('layer.0.gate')!.data();
    for (const [i, value] of after.entries()) assert.ok(Math.abs(value - 0.95 * before[i]!) < 1e-6);
  });

  it('keeps one number for each of a matrix, AdamW two for each of the rest', async () => {
    const parameters = new Map([
      ['embedding', matrix(16, 8)],
      ['layer.0.gate', matrix(8, 16)],
      ['norm', vector(8)],
    ]);
    const keys = async (optimizer: Optimizer): Promise<string[]> =>
      [...(await optimizer.state()).keys()].sort();
    assert.deepEqual(await keys(new Optimizer(parameters, MUON)), [
      'adamw.embedding.m',
      'adamw.embedding.v',
      'adamw.norm.m',
      'adamw.norm.v',
      'adamw.steps',
      'muon.layer.0.gate.m',
    ]);
    assert.equal((await keys(new Optimizer(parameters, { adamw: DEFAULT_ADAMW }))).length, 7);
  });

  it('says what to do about matrices that float16 kernels cannot read', () => {
    const parameters = new Map([['layer.0.gate', matrix(8, 12)]]);
    assert.throws(
      () => new Optimizer(parameters, MUON),
      /multiples of 8; layer\.0\.gate is 8 × 12\. Train with --optimizer adamw/,
    );
  });
});
