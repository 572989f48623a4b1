import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { encodeRows, type StoredRows } from '../../../../../src/engine/model/foreign/encode-rows';
import type { ForeignPrecision } from '../../../../../src/engine/model/foreign/foreign-config';
import { foreignLayout } from '../../../../../src/engine/model/foreign/foreign-layout';
import { RowEncoders } from '../../../../../src/engine/model/foreign/row-encoders';
import { writeWeights } from '../../../../../src/engine/model/foreign/write-weights';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { modelOf, sourceOf } from '../../../../support/engine/checkpoints';

/** As the build makes it. */
const SCRIPT = path.resolve('dist/encode-worker.js');
const MANY = 2 ** 30;

describe('encoding in threads', () => {
  for (const precision of [
    'f16',
    'int8-blocks',
    'int4-blocks',
  ] as const satisfies readonly ForeignPrecision[]) {
    it(`writes what one thread writes: ${precision}`, async () => {
      // Small pieces, so that many are under way.
      const layout = foreignLayout(modelOf('dream'), precision, 32, { piece: 8192, file: 50_000 });
      const [alone, together] = [temporaryFolder(), temporaryFolder()];
      const one = await writeWeights(alone, layout, sourceOf('dream'));
      const encoders = new RowEncoders(MANY, SCRIPT);
      assert.ok(encoders.ahead > 1);
      const many = await writeWeights(together, layout, sourceOf('dream'), { encoders });
      assert.deepEqual(many, one);
      for (const { name } of one) {
        assert.deepEqual(
          fs.readFileSync(path.join(together, name)),
          fs.readFileSync(path.join(alone, name)),
          name,
        );
      }
    });
  }

  it('answers in the order it was asked', async () => {
    const encoders = new RowEncoders(MANY, SCRIPT);
    const rows = (i: number): StoredRows => {
      const values = Float32Array.from({ length: 64 }, (_, at) => Math.sin(at + i));
      return { dtype: 'F32', bytes: new Uint8Array(values.buffer), inputs: 64 };
    };
    try {
      const encoded = await Promise.all(
        Array.from({ length: 40 }, (_, i) => encoders.encode(rows(i), { bits: 4, size: 32 })),
      );
      encoded.forEach((one, i) => assert.deepEqual(one, encodeRows(rows(i), { bits: 4, size: 32 })));
    } finally {
      await encoders.close();
    }
  });
});
