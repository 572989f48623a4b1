import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fill } from '../../../../../src/engine/requests/fill';
import { openBundle } from '../../../../../src/engine/model/runtime/open-bundle';
import { FolderFiles } from '../../../../../src/engine/model/bundle/folder-files';
import { checkForeignBundle } from '../../../../../src/engine/model/foreign/foreign-bundle';
import {
  FOREIGN_PRECISIONS,
  parseForeignConfig,
  type ForeignPrecision,
} from '../../../../../src/engine/model/foreign/foreign-config';
import { buildForeignGraph } from '../../../../../src/engine/model/foreign/foreign-graph';
import {
  foreignLayout,
  largestBlock,
  type StoredMatrix,
} from '../../../../../src/engine/model/foreign/foreign-layout';
import { writeForeignBundle } from '../../../../../src/engine/model/foreign/write-foreign-bundle';
import { writeWeights } from '../../../../../src/engine/model/foreign/write-weights';
import type { ForeignSource } from '../../../../../src/engine/model/import/foreign-model';
import type { MaskPredictor, PredictorRows } from '../../../../../src/engine/model/predictor/mask-predictor';
import { loadRuntime } from '../../../../../src/engine/model/runtime/load-from-folder';
import { NODE_MACHINE } from '../../../../../src/engine/model/runtime/node-machine';
import { openForeignSession } from '../../../../../src/engine/model/runtime/sessions';
import { relativeDifference } from '../../../../../src/engine/model/runtime/provider-trial';
import { SummaryRow } from '../../../../../src/engine/diffusion/summary-row';
import { LogitsRow } from '../../../../../src/engine/diffusion/row';
import { SHAPES } from '../../../../../scripts/foreign-bench/random-source';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { sourceOf } from '../../../../support/engine/checkpoints';
import { fillText, REQUEST, withEngine } from '../../../../support/engine/real-engine';
import { allSteps } from '../../../../support/engine/tiny-runtime';

function id(token: number): number {
  return 7 + token;
}
const CONTEXT = {
  ids: Int32Array.of(id(72), id(101), id(108), id(32), id(46), id(10)),
  positions: Int32Array.of(0, 1, 2, 3, 100, 101),
};
/** Four cells with their [END], of which a masked one and the first are wanted. */
const HOLE = {
  ids: Int32Array.of(1, id(97), 1, 1, 4),
  positions: Int32Array.of(4, 5, 6, 7, 8),
  wanted: Int32Array.of(2, 0),
};

describe('foreign bundles', function () {
  this.timeout(60_000);

  const root = temporaryFolder();
  let made = 0;
  const fresh = (): string => path.join(root, String(++made));

  async function write(
    precision: ForeignPrecision = 'f32',
    source: ForeignSource = sourceOf('open-dcoder'),
  ): Promise<string> {
    const folder = fresh();
    await writeForeignBundle(source, folder, { precision, name: 'tiny' });
    return folder;
  }

  async function withPredictor<T>(
    folder: string,
    use: (predictor: MaskPredictor) => Promise<T>,
    buckets = false,
  ): Promise<T> {
    const json: unknown = JSON.parse(fs.readFileSync(path.join(folder, 'config.json'), 'utf8'));
    const bundle = await checkForeignBundle(new FolderFiles(folder), json);
    const predictor = await openForeignSession(bundle, NODE_MACHINE, 'cpu', 1, buckets);
    try {
      return await use(predictor);
    } finally {
      await predictor.dispose();
    }
  }

  async function logitsOf(predictor: MaskPredictor, keptSteps = 0): Promise<Float32Array> {
    const cache = await predictor.readContext({ ...CONTEXT, keptSteps });
    return predictor.predict(cache, HOLE).finally(() => cache.release());
  }

  function editConfig(folder: string, edit: (config: Record<string, unknown>) => void): void {
    const file = path.join(folder, 'config.json');
    const config = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>;
    edit(config);
    fs.writeFileSync(file, JSON.stringify(config));
  }

  it('say in every precision about the same', async () => {
    for (const name of ['open-dcoder'] as const) {
      const [exact, ...others] = await Promise.all(
        FOREIGN_PRECISIONS.map(async (precision) =>
          withPredictor(await write(precision, sourceOf(name)), (predictor) => logitsOf(predictor)),
        ),
      );
      const differences = others.map((logits) => relativeDifference(logits, exact!));
      // float16 holds less of a bfloat16 that is small; blocks round the rows of their products, too.
      [0.001, 0.05, 0.6].forEach((most, i) =>
        assert.ok(differences[i]! < most, `${name} ${FOREIGN_PRECISIONS[i + 1]!} ${differences[i]!}`),
      );
      assert.ok(differences[2]! > differences[1]!);
    }
  });

  it('have a graph that multiplies in float16, for GPUs', async () => {
    const folder = await write('f16');
    const exact = await withPredictor(folder, (predictor) => logitsOf(predictor));
    editConfig(folder, (config) => {
      const files = config['files'] as Record<string, unknown>;
      files['graph'] = files['halfGraph'];
    });
    const halves = await withPredictor(folder, (predictor) => logitsOf(predictor));
    const difference = relativeDifference(halves, exact);
    assert.ok(difference > 0 && difference < 0.005, String(difference));
  });

  it('sum rows up as their logits do', async () => {
    await withPredictor(await write('f32', sourceOf('dreamon')), async (predictor) => {
      const cache = await predictor.readContext({ ...CONTEXT, keptSteps: 0 });
      const banned = new Set([id(97), id(98)]);
      const summaries = await predictor.summarize!(cache, HOLE, banned);
      const logits = await predictor.predict(cache, HOLE);
      summaries.forEach((summary, i) => {
        const row = new LogitsRow(logits.slice(i * predictor.vocabulary, (i + 1) * predictor.vocabulary));
        const summed = new SummaryRow(summary);
        row.ban(banned);
        const [given, wanted] = [summed.softmax(), row.softmax()];
        assert.equal(given.largest, wanted.largest);
        for (const key of ['first', 'second', 'sum', 'entropy'] as const)
          assert.ok(Math.abs(given[key] - wanted[key]) < 1e-4, key);
        // The model's own tokens to expand and to delete stand where the engine's do.
        for (const special of [5, 6]) assert.ok(Math.abs(summed.logit(special) - row.logit(special)) < 1e-5);
        assert.equal(summed.logit(3), -Infinity);
      });
    });
  });

  it('change nothing by padding', async () => {
    const folder = await write('f32', sourceOf('dream'));
    const run = async (predictor: MaskPredictor): Promise<Float32Array[]> => {
      const cache = await predictor.readContext({ ...CONTEXT, keptSteps: 3 });
      return [
        await predictor.predict(cache, HOLE),
        await predictor.predict(cache, { ...HOLE, ids: HOLE.ids.with(0, id(99)) }),
      ];
    };
    const plain = await withPredictor(folder, run);
    const padded = await withPredictor(folder, run, true);
    plain.forEach((logits, i) => assert.ok(relativeDifference(padded[i]!, logits) < 1e-5));
  });

  it('keep keys and values for some steps, and run on the holes alone', async () => {
    await withPredictor(await write(), async (predictor) => {
      const changed = { ...HOLE, ids: HOLE.ids.with(0, id(99)) };
      const exact = await logitsOf(predictor);
      const cache = await predictor.readContext({ ...CONTEXT, keptSteps: 2 });
      const same = (a: Float32Array, b: Float32Array): boolean => relativeDifference(a, b) < 1e-5;
      assert.ok(same(await predictor.predict(cache, HOLE), exact));
      const first = await predictor.predict(cache, changed);
      assert.ok(same(await predictor.predict(cache, HOLE), exact), 'kept ones are of the first canvas');
      const renewed = await predictor.predict(cache, changed);
      assert.ok(!same(renewed, first), 'after two steps they are computed anew');
      const always = await predictor.readContext({ ...CONTEXT, keptSteps: 0 });
      assert.ok(same(await predictor.predict(always, changed), renewed));
      cache.release();
      await assert.rejects(predictor.predict(cache, HOLE), { code: 'internal' });
    });
  });

  it('move the text behind a hole that grows', async () => {
    await withPredictor(await write(), async (predictor) => {
      const longer: PredictorRows = {
        ids: Int32Array.of(1, id(97), 1, 1, 1, 4),
        positions: Int32Array.of(4, 5, 6, 7, 8, 9),
        wanted: HOLE.wanted,
      };
      const cache = await predictor.readContext({ ...CONTEXT, keptSteps: 5 });
      await predictor.predict(cache, HOLE);
      const moved = await predictor.predict(cache, longer);
      const exact = await predictor.predict(
        await predictor.readContext({ ...CONTEXT, keptSteps: 0 }),
        longer,
      );
      assert.equal(predictor.forwards, 3);
      const difference = relativeDifference(moved, exact);
      assert.ok(difference > 1e-4 && difference < 0.5, String(difference));
    });
  });

  it('are of the same network whatever the size of pieces and files', async () => {
    const source = sourceOf('a2d-qwen3');
    for (const precision of ['f32', 'int8-blocks'] as const) {
      const folder = await write(precision, source);
      const whole = await withPredictor(folder, (predictor) => logitsOf(predictor));
      const small = fresh();
      fs.mkdirSync(small);
      const layout = foreignLayout(source.model, precision, largestBlock(source.model), {
        piece: 5000,
        file: 150_000,
      });
      assert.ok(layout.files.length > 1);
      const weights = await writeWeights(small, layout, source);
      assert.deepEqual(
        weights.map(({ name, bytes }) => ({ name, bytes })),
        layout.files,
      );
      fs.writeFileSync(path.join(small, 'model.onnx'), buildForeignGraph(source.model, layout, 'widened'));
      const json: unknown = JSON.parse(fs.readFileSync(path.join(folder, 'config.json'), 'utf8'));
      const bundle = await checkForeignBundle(new FolderFiles(folder), json);
      const pieces = { ...bundle, files: new FolderFiles(small), layout };
      const predictor = await openForeignSession(pieces, NODE_MACHINE, 'cpu', 1, false);
      const logits = await logitsOf(predictor);
      await predictor.dispose();
      assert.ok(relativeDifference(logits, whole) < 1e-5);
    }
  });

  it('of 8 bits have the largest blocks that fit, of 4 bits the least', () => {
    for (const shape of Object.values(SHAPES)) {
      const model = { ...sourceOf('open-dcoder').model, ...shape };
      assert.equal(largestBlock(model), 128);
      assert.equal(largestBlock({ ...model, swiglu: model.swiglu + 64 }), 64);
      assert.equal(largestBlock({ ...model, swiglu: model.swiglu + 8 }), 32);
      const sizes = (precision: ForeignPrecision): (number | undefined)[] => {
        const layout = foreignLayout(model, precision, largestBlock(model));
        const head = shape.tied ? 'embedding' : 'head';
        const matrices: StoredMatrix[] = [layout.matrix('layer.0.down'), layout.matrix(head)];
        return matrices.map(({ pieces }) => pieces[0]!.values.blocks?.size);
      };
      assert.deepEqual(sizes('int8-blocks'), [128, 128]);
      assert.deepEqual(sizes('int4-blocks'), [32, 128]);
    }
  });

  it('that do not name their blocks have those of 32', async () => {
    const folder = await write('int8-blocks');
    const json = JSON.parse(fs.readFileSync(path.join(folder, 'config.json'), 'utf8')) as object;
    assert.equal(parseForeignConfig(json).blockSize, largestBlock(sourceOf('open-dcoder').model));
    assert.equal(parseForeignConfig({ ...json, blockSize: undefined }).blockSize, undefined);
    const { model } = sourceOf('open-dcoder');
    assert.deepEqual(
      foreignLayout(model, 'int8-blocks').files,
      foreignLayout(model, 'int8-blocks', 32).files,
    );
    assert.throws(() => parseForeignConfig({ ...json, blockSize: 48 }), /blockSize.*32 or 64 or 128/);
  });

  it('of billions lie in files of 2 GB, in pieces that GPUs bind', () => {
    const dreamon = { ...sourceOf('dreamon').model, ...SHAPES['dreamon-7b'] };
    for (const precision of FOREIGN_PRECISIONS) {
      const { files, tensors } = foreignLayout(dreamon, precision);
      assert.ok(files.every(({ bytes }) => bytes <= 2e9));
      for (const tensor of tensors) {
        if (!('pieces' in tensor)) continue;
        let outputs = 0;
        for (const piece of tensor.pieces) {
          assert.equal(piece.first, outputs);
          assert.ok(piece.values.bytes <= 2 ** 27);
          outputs += piece.outputs;
        }
        assert.equal(outputs, tensor.outputs);
      }
    }
  });

  it('fill in the engine process', async () => {
    await withEngine(await write('int8-blocks', sourceOf('llada')), async (engine) => {
      assert.equal(engine.info.bundle, 'tiny');
      assert.equal(engine.info.precision, 'int8-blocks');
      const text = await fillText(engine, REQUEST);
      assert.ok(text.length > 0 && !text.includes('<|'));
      assert.equal(await fillText(engine, REQUEST), text);
      assert.notEqual(await fillText(engine, { ...REQUEST, holes: [{}], maxTokens: 16 }), '');
    });
  });

  it('grow and shrink where the model has learned it', async () => {
    const { runtime } = await loadRuntime(await write('f32', sourceOf('dreamon')), { provider: 'cpu' });
    assert.ok(runtime.config.learned.expand);
    const steps = await allSteps(fill(runtime, { prefix: 'Hell', suffix: '.\n', maxTokens: 16 }, undefined));
    assert.ok(steps.at(-1)!.done);
    await runtime.predictor.dispose();
  });

  it('that cannot be written leave nothing behind', async () => {
    const kept = await write();
    await assert.rejects(
      writeForeignBundle(sourceOf('llada'), kept, { precision: 'f32', name: 'tiny' }),
      /is not empty/,
    );
    assert.ok(fs.existsSync(path.join(kept, 'config.json')));
    const source = sourceOf('open-dcoder');
    const query = source.tensors.get('layer.1.query')!;
    const bfloat16 = new Uint8Array(new Uint16Array(64 * 64).fill(0x47c3).buffer); // 99,840
    const huge = { ...query, read: () => Promise.resolve(bfloat16) };
    const wrong: [ForeignSource, ForeignPrecision, RegExp][] = [
      [{ ...source, tensors: new Map([...source.tensors, ['layer.1.query', huge]]) }, 'f16', /q_proj.*65504/],
      [{ ...source, tensors: new Map([...source.tensors].slice(3)) }, 'f32', /has no tensor/],
      [{ ...source, model: { ...source.model, width: 72 } }, 'int8-blocks', /do not divide/],
    ];
    for (const [from, precision, message] of wrong) {
      const folder = fresh();
      await assert.rejects(writeForeignBundle(from, folder, { precision, name: 'tiny' }), message);
      assert.ok(!fs.existsSync(folder));
    }
    const folder = fresh();
    const cancel = new AbortController();
    const cancelled = writeForeignBundle(source, folder, {
      precision: 'f32',
      name: 'tiny',
      signal: cancel.signal,
      onProgress: (done, all) => done > all / 2 && cancel.abort(),
    });
    await assert.rejects(cancelled, { name: 'AbortError' });
    assert.deepEqual(
      fs.readdirSync(root).filter((name) => name.includes('.new-')),
      [],
    );
  });

  it('that are damaged are refused with the field', async () => {
    const wrong: [(config: Record<string, Record<string, unknown>>) => void, RegExp][] = [
      [(config) => (config['model']!['keyValueHeads'] = 3), /"model\.keyValueHeads" is 3/],
      [(config) => (config['model']!['layers'] = 3), /its model needs/],
      [(config) => (config['window']!['rows'] = 129), /"window\.rows" is 129/],
      [(config) => delete config['keptSteps'], /"keptSteps" is missing/],
    ];
    for (const [edit, message] of wrong) {
      const folder = await write();
      editConfig(folder, (config) => edit(config as Record<string, Record<string, unknown>>));
      await assert.rejects(openBundle(new FolderFiles(folder)), { code: 'bundle-damaged', message });
    }
    const folder = await write();
    const weights = path.join(folder, 'weights-1.bin');
    fs.writeFileSync(weights, fs.readFileSync(weights).fill(1, 100, 200));
    await assert.rejects(openBundle(new FolderFiles(folder)), { code: 'bundle-damaged', message: /SHA-256/ });
    assert.throws(() => parseForeignConfig({ format: 2 }), /"format"/);
  });
});
