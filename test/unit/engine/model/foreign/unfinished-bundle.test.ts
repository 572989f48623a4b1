import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { foreignLayout } from '../../../../../src/engine/model/foreign/foreign-layout';
import { UnfinishedBundle } from '../../../../../src/engine/model/foreign/unfinished-bundle';
import { writeWeights } from '../../../../../src/engine/model/foreign/write-weights';
import type { ForeignSource } from '../../../../../src/engine/model/import/foreign-model';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { modelOf, sourceOf } from '../../../../support/engine/checkpoints';

/** Several files, with values in one and their scales in the next here and there. */
const LAYOUT = foreignLayout(modelOf('dream'), 'int8-blocks', 32, { piece: 8192, file: 30_000 });

describe('an unfinished bundle', () => {
  /** A checkpoint that counts how much of it is read. */
  function counted(): { source: Pick<ForeignSource, 'tensors'>; elements: () => number } {
    let elements = 0;
    const tensors = [...sourceOf('dream').tensors].map(([name, tensor]) => {
      const read = (offset: number, count: number): ReturnType<typeof tensor.read> => {
        elements += count;
        return tensor.read(offset, count);
      };
      return [name, { ...tensor, read }] as const;
    });
    return { source: { tensors: new Map(tensors) }, elements: () => elements };
  }

  /** Writes until so many files are whole, and is then cancelled. */
  async function cancelledAfter(files: number, out: string): Promise<UnfinishedBundle> {
    const bundle = await UnfinishedBundle.open(out, 'this');
    const cancel = new AbortController();
    const writing = writeWeights(bundle.folder, LAYOUT, counted().source, {
      signal: cancel.signal,
      onProgress: () => bundle.weights.length >= files && cancel.abort(),
      written: bundle.weights,
      onWritten: (file) => bundle.add(file),
    });
    await assert.rejects(writing, { name: 'AbortError' });
    return bundle;
  }

  it('is gone on with by the next run, which writes what one run writes', async () => {
    const root = temporaryFolder();
    const out = path.join(root, 'out');
    fs.mkdirSync(path.join(root, 'whole'));
    const whole = counted();
    const expected = await writeWeights(path.join(root, 'whole'), LAYOUT, whole.source);
    await (await cancelledAfter(1, out)).leave();
    // As if killed: nobody tidied up.
    await cancelledAfter(3, out);
    const bundle = await UnfinishedBundle.open(out, 'this');
    const there = bundle.weights.length;
    assert.ok(there > 2 && there < expected.length);
    assert.deepEqual(bundle.weights, expected.slice(0, there));
    const rest = counted();
    const files = await writeWeights(bundle.folder, LAYOUT, rest.source, {
      written: bundle.weights,
      onWritten: (file) => bundle.add(file),
    });
    assert.deepEqual(files, expected);
    assert.ok(rest.elements() < 0.8 * whole.elements(), 'what is there is not read again');
    await bundle.finish();
    assert.deepEqual(fs.readdirSync(root), ['out', 'whole']);
    assert.deepEqual(
      fs.readdirSync(out),
      expected.map(({ name }) => name),
    );
    for (const { name } of expected) {
      const [one, other] = [out, path.join(root, 'whole')].map((folder) =>
        fs.readFileSync(path.join(folder, name)),
      );
      assert.deepEqual(one, other, name);
    }
  });

  it('is begun anew where it was another one, or a file is no longer what it was', async () => {
    const out = path.join(temporaryFolder(), 'out');
    const bundle = await cancelledAfter(3, out);
    fs.truncateSync(path.join(bundle.folder, bundle.weights[1]!.name), 5);
    const again = await UnfinishedBundle.open(out, 'this');
    assert.deepEqual(again.weights, [bundle.weights[0], ...bundle.weights.slice(2)]);
    assert.deepEqual((await UnfinishedBundle.open(out, 'that')).weights, []);
    assert.deepEqual(fs.readdirSync(bundle.folder), ['unfinished.json']);
  });

  it('that has no whole file leaves nothing', async () => {
    const root = temporaryFolder();
    await (await cancelledAfter(0, path.join(root, 'out'))).leave();
    assert.deepEqual(fs.readdirSync(root), []);
  });
});
