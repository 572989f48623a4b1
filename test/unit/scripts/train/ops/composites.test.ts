import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import { selectBackend } from '../../../../../scripts/train/backend/select';
import { OP_CASES, measureErrors } from '../../../../support/train/cases';

describe('operations on the CPU', () => {
  before(async () => {
    await selectBackend('cpu');
  });

  for (const op of OP_CASES) {
    it(`${op.name}: value and gradients`, async () => {
      const { value, gradients } = await measureErrors(op);
      assert.ok(value < 1e-5, `value is off by ${value}`);
      for (const [i, error] of gradients.entries())
        assert.ok(error < 5e-5, `gradient of input ${i} is off by ${error}`);
    });
  }

  it('multiply batches and transposed matrices as plain loops do', async () => {
    const [a, b] = [
      tf.randomUniform([6, 5, 3], -1, 1, 'float32', 1),
      tf.randomUniform([6, 3, 7], -1, 1, 'float32', 2),
    ];
    const want = tf.sum(tf.mul(tf.expandDims(a, 3), tf.expandDims(b, 1)), 2);
    const [at, bt] = [tf.transpose(a, [0, 2, 1]), tf.transpose(b, [0, 2, 1])];
    for (const product of [
      tf.matMul(a, b),
      tf.matMul(at, b, true),
      tf.matMul(a, bt, false, true),
      tf.matMul(at, bt, true, true),
    ]) {
      assert.deepEqual(product.shape, [6, 5, 7]);
      assert.ok((await tf.max(tf.abs(tf.sub(product, want))).data())[0]! < 1e-6);
    }
  });

  it('multiply with one matrix for a whole batch', async () => {
    const a = tf.randomUniform<tf.Rank.R3>([4, 5, 3], -1, 1, 'float32', 1);
    const b = tf.randomUniform<tf.Rank.R2>([3, 2], -1, 1, 'float32', 2);
    const want = tf.reshape(tf.matMul(tf.reshape(a, [20, 3]), b), [4, 5, 2]);
    assert.ok((await tf.max(tf.abs(tf.sub(tf.matMul(a, tf.expandDims(b, 0)), want))).data())[0]! < 1e-6);
  });
});
