import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import {
  assertRefused,
  importCases,
  openCase,
  type ImportCase,
} from '../../../../support/import/import-cases';
import { safetensorsFile } from '../../../../support/import/safetensors-file';
import { randomTensor, tinyCheckpoint, TWO_SHARDS } from '../../../../support/import/tiny-checkpoint';

const FILE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
const [FIRST, SECOND] = Object.keys(TWO_SHARDS) as [string, string];
const NORM = 'model.norm.weight';

describe('weight files of a checkpoint', () => {
  describe('an index', () => {
    const indexed = (
      index: (weightMap: Record<string, string>) => void,
      ...refused: string[]
    ): ImportCase => ({
      write: { shards: TWO_SHARDS, index },
      refused,
    });
    const other = safetensorsFile(new Map([[NORM, randomTensor('F32', [64], 9)]]));
    const scaled = safetensorsFile(
      new Map(
        [...tinyCheckpoint().tensors].filter(
          ([name]) =>
            TWO_SHARDS[SECOND as keyof typeof TWO_SHARDS].test(name) || name === 'model.embed_tokens.weight',
        ),
      ),
    );
    importCases({
      'of two files is read': { write: { shards: TWO_SHARDS } },
      'of files in a folder below is read': {
        write: {
          shards: {
            'weights/one.safetensors': TWO_SHARDS[FIRST as never],
            './weights/two.safetensors': TWO_SHARDS[SECOND as never],
          },
        },
      },
      'does not name what lies beside it': {
        write: { shards: TWO_SHARDS },
        change: ({ files }) => (files['consolidated.safetensors'] = other),
      },
      'lies beside a single file': {
        write: { shards: TWO_SHARDS },
        change: ({ files }) => (files[FILE] = other),
        refused: [FILE, INDEX],
      },
      'names a file that is missing': {
        write: {
          shards: TWO_SHARDS,
          index: (map) => (map['lm_head.weight'] = 'model-00003-of-00003.safetensors'),
        },
        refused: ['model-00003-of-00003.safetensors'],
      },
      'promises what a file lacks': indexed(
        (map) => (map['lm_head.weight'] = FIRST),
        'lm_head.weight',
        FIRST,
      ),
      'leaves a tensor out': indexed((map) => Reflect.deleteProperty(map, NORM), NORM, INDEX),
      'goes with files that hold a tensor twice': {
        write: { shards: TWO_SHARDS },
        change: ({ files }) => (files[SECOND] = scaled),
        refused: ['model.embed_tokens.weight', FIRST, SECOND],
      },
      'is no map': {
        write: { shards: TWO_SHARDS },
        change: ({ files }) => (files[INDEX] = '{"weight_map":[]}'),
        refused: [INDEX, 'weight_map'],
      },
      'names a number': {
        write: { shards: TWO_SHARDS, index: (map) => (map[NORM] = 3 as never) },
        refused: [INDEX, NORM],
      },
      'leads out': indexed((map) => (map[NORM] = '../outside.safetensors'), INDEX, '../outside.safetensors'),
      'leads out by a way round': indexed(
        (map) => (map[NORM] = 'weights/../../outside.safetensors'),
        INDEX,
        'outside',
      ),
      'leads out from the root': indexed((map) => (map[NORM] = '/etc/passwd'), INDEX, '/etc/passwd'),
      'leads out as on Windows': indexed((map) => (map[NORM] = '..\\outside.safetensors'), INDEX, 'outside'),
      'leads to another drive': indexed((map) => (map[NORM] = 'C:outside.safetensors'), INDEX, 'outside'),
      'names a folder': indexed((map) => (map[NORM] = '.'), 'not a file'),
    });

    it('is read from a folder whose neighbour would fit', async () => {
      const root = temporaryFolder();
      fs.writeFileSync(path.join(root, 'outside.safetensors'), other);
      const write = {
        shards: TWO_SHARDS,
        index: (map: Record<string, string>) => (map[NORM] = '../outside.safetensors'),
      };
      await assertRefused(openCase({ write }, path.join(root, 'model')), [INDEX, 'outside']);
    });
  });
});
