import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { ForeignModel } from '../../../../../src/engine/model/import/foreign-model';
import { openCheckpoint } from '../../../../../src/engine/model/import/open-checkpoint';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import {
  CHECKPOINTS,
  checkpointTokenizer,
  modelOf,
  NETWORKS,
  sourceOf,
  type NetworkName,
} from '../../../../support/engine/checkpoints';

/** Saved by the authors' own modelling code: see make.py beside them. They come without a tokenizer. */
describe('checkpoints as their authors’ code saves them', () => {
  for (const name of Object.keys(NETWORKS) as NetworkName[]) {
    it(`are read: ${name}`, async () => {
      const folder = path.join(temporaryFolder(), name);
      fs.cpSync(path.join(CHECKPOINTS, name), folder, { recursive: true });
      fs.writeFileSync(path.join(folder, 'tokenizer.json'), checkpointTokenizer());
      const source = await openCheckpoint(
        folder,
        name === 'open-dcoder' ? { architecture: 'open-dcoder' } : {},
      );
      try {
        const model = modelOf(name);
        const own: Partial<ForeignModel> =
          name === 'dream'
            ? { framing: { before: [287], behind: [286] } }
            : name === 'coda' // whose config class loses the ids of beginning and end: its tokenizer_config.json has them
              ? { tokens: { ...model.tokens, ends: [], beginning: undefined } }
              : {};
        assert.deepEqual(source.model, { ...model, ...own });
        const expected = sourceOf(name).tensors;
        assert.deepEqual([...source.tensors.keys()].toSorted(), [...expected.keys()].toSorted());
        for (const [own, tensor] of source.tensors) {
          const other = expected.get(own)!;
          assert.deepEqual(tensor.shape, other.shape, own);
          assert.deepEqual(await tensor.read(3, 10), await other.read(3, 10), own);
        }
      } finally {
        await source.close();
      }
    });
  }
});
