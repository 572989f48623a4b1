import assert from 'node:assert/strict';
import { selectBackend } from '../../../../../scripts/train/backend/select';
import { findTensorflow } from '../../../../../scripts/train/backend/tensorflow';

describe('the backend of a training run', () => {
  it('says how to install TensorFlow where it is asked for and missing, and what else there is', async function () {
    if (findTensorflow() !== undefined) this.skip();
    await assert.rejects(
      selectBackend('tensorflow'),
      /not installed\. Run "npm install --no-save @tensorflow\/tfjs-node-gpu@4\.22\.0".*--backend webgpu or cpu/,
    );
  });

  it('is the CPU’s where it is asked for, with float32 composites', async () => {
    const { name, subgroupMatrices, description } = await selectBackend('cpu');
    assert.deepEqual([name, subgroupMatrices], ['cpu', false]);
    assert.match(description, /WebAssembly/);
  });
});
