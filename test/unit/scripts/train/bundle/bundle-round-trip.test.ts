import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { exportBundle } from '../../../../../scripts/train/bundle/export-bundle';
import { importBundle } from '../../../../../scripts/train/bundle/import-bundle';
import { Random } from '../../../../../src/engine/index';
import type { BundleConfig } from '../../../../../src/engine/model/bundle/bundle-config';
import { deriveBundle, renewGraph } from '../../../../../src/engine/model/bundle/derive-bundle';
import {
  type Architecture,
  elements,
  type Parameter,
  parameterShapes,
} from '../../../../../src/engine/training';
import { fromFloat16, toFloat16 } from '../../../../../src/engine/model/graph/float16';
import { randomParameters, TINY, TINY_WINDOW } from '../../../../../scripts/tiny-bundle/tiny-network';
import { temporaryFolder, tinyTokenizer } from '../../../../../scripts/tiny-bundle/tiny-bundle';

describe('export, import and derivation of bundles', () => {
  const parameters = randomParameters(TINY);
  const learned = { expand: false, remask: false, guidance: true };
  const folder = temporaryFolder();
  const tokenizerFolder = path.join(folder, 'tokenizer');
  const master = path.join(folder, 'master');
  const trained = {
    parameters,
    architecture: TINY,
    window: TINY_WINDOW,
    tokenizerFolder,
    name: 'tiny',
    training: { steps: 3, device: 'none' },
    learned,
    card: '# tiny\n',
    out: master,
  };

  before(async () => {
    fs.mkdirSync(path.join(master, 'training'), { recursive: true });
    fs.writeFileSync(path.join(master, 'training', 'step.ckpt'), 'precious');
    fs.mkdirSync(tokenizerFolder);
    fs.writeFileSync(path.join(tokenizerFolder, 'tokenizer.json'), tinyTokenizer(TINY.vocabulary));
    fs.writeFileSync(path.join(tokenizerFolder, 'tokenizer_config.json'), '{}');
    await exportBundle(trained);
  });

  it('gives back every parameter, matrices rounded to float16 and gains exactly', async () => {
    const { config, parameters: back } = await importBundle(master);
    assert.equal(config.precision, 'f16');
    assert.deepEqual(config.training, trained.training);
    assert.deepEqual(config.learned, learned);
    assert.deepEqual([...back.keys()], [...parameters.keys()]);
    for (const [name, { shape, data }] of parameters) {
      const { shape: backShape, data: backData } = back.get(name)!;
      assert.deepEqual(backShape, shape);
      if (shape.length === 1) assert.deepEqual(backData, data, name);
      const wrong = data.findIndex((value, i) => {
        const ulp = 2 ** (Math.max(-14, Math.floor(Math.log2(Math.abs(value) || 1))) - 10);
        return Math.abs(backData[i]! - value) > ulp / 2;
      });
      assert.equal(wrong, -1, `${name}[${wrong}]: ${data[wrong]} became ${backData[wrong]}`);
    }
  });

  it('exports what was imported byte for byte', async () => {
    const { parameters: back } = await importBundle(master);
    const again = path.join(folder, 'again');
    await exportBundle({ ...trained, parameters: back, out: again });
    for (const name of ['weights.bin', 'model.onnx', 'config.json', 'tokenizer.json', 'README.md']) {
      assert.deepEqual(
        fs.readFileSync(path.join(again, name)),
        fs.readFileSync(path.join(master, name)),
        name,
      );
    }
  });

  it('replaces a bundle and leaves what lies beside it alone', async () => {
    await exportBundle({ ...trained, card: '# second\n' });
    assert.equal(fs.readFileSync(path.join(master, 'README.md'), 'utf8'), '# second\n');
    assert.equal(fs.readFileSync(path.join(master, 'training', 'step.ckpt'), 'utf8'), 'precious');
    assert.deepEqual(
      fs.readdirSync(master).filter((name) => name.startsWith('.')),
      [],
    );
  });

  it('writes more than 48 MB of weights into several files, and takes them away with the bundle', async () => {
    const out = path.join(folder, 'several');
    const architecture = { ...TINY, width: 1024, heads: 1024 / TINY.headWidth, swiglu: 2752 };
    const large = repeatedParameters(architecture);
    await exportBundle({ ...trained, architecture, parameters: large, out });
    const weights = (): string[] => fs.readdirSync(out).filter((name) => name.startsWith('weights'));
    assert.deepEqual(weights(), ['weights-1.bin', 'weights-2.bin']);
    const { parameters: back } = await importBundle(out);
    for (const [name, { data, shape }] of large) {
      const kept = shape.length === 1 ? data : fromFloat16(toFloat16(data));
      assert.ok(Buffer.from(back.get(name)!.data.buffer).equals(Buffer.from(kept.buffer)), name);
    }
    await exportBundle({ ...trained, out });
    assert.deepEqual(weights(), ['weights.bin']);
  });

  it('refuses parameters that do not fit and keeps the bundle that is there', async () => {
    const before = fs.readFileSync(path.join(master, 'config.json'));
    const wrong = new Map(parameters);
    wrong.delete('layer.1.up');
    await assert.rejects(exportBundle({ ...trained, parameters: wrong }), /layer\.1\.up/);
    const huge = new Map(parameters).set('norm', {
      shape: [TINY.width],
      data: new Float32Array(TINY.width).fill(NaN),
    });
    await assert.rejects(exportBundle({ ...trained, parameters: huge }), /"norm".*not finite/);
    fs.writeFileSync(path.join(tokenizerFolder, 'tokenizer.json'), tinyTokenizer(TINY.vocabulary - 1));
    await assert.rejects(exportBundle(trained), { code: 'tokenizer-mismatch' });
    fs.writeFileSync(path.join(tokenizerFolder, 'tokenizer.json'), tinyTokenizer(TINY.vocabulary));
    assert.deepEqual(fs.readFileSync(path.join(master, 'config.json')), before);
  });

  it('gives a master the present graph, and changes nothing else', async () => {
    await exportBundle(trained);
    const names = ['README.md', 'config.json', 'model.onnx', 'tokenizer.json', 'weights.bin'];
    const content = (): Buffer[] => names.map((name) => fs.readFileSync(path.join(master, name)));
    const wanted = content();
    assert.equal(await renewGraph(master), false);
    assert.deepEqual(content(), wanted);
    // Another graph, as if of an earlier version.
    const graph = Buffer.concat([wanted[2]!, Buffer.from([0x12, 0])]);
    const json = JSON.parse(String(wanted[1])) as BundleConfig;
    const sha256 = createHash('sha256').update(graph).digest('hex');
    const files = { ...json.files, graph: { name: 'model.onnx', bytes: graph.length, sha256 } };
    fs.writeFileSync(path.join(master, 'model.onnx'), graph);
    fs.writeFileSync(path.join(master, 'config.json'), JSON.stringify({ ...json, files }));
    assert.equal(await renewGraph(master), true);
    assert.deepEqual(content(), wanted);
  });

  /** Most that a form may lose of a matrix: root mean square, of the weights' own. */
  const losses = { f32: 0, int8: 0.02, 'int8-tensor': 0.03, 'int8-blocks': 0.01, 'int4-blocks': 0.11 };
  for (const precision of ['f32', 'int8', 'int8-tensor', 'int8-blocks', 'int4-blocks'] as const) {
    it(`derives ${precision} once, and again when it is damaged or the master changes`, async () => {
      const out = path.join(folder, `derived-${precision}`);
      await exportBundle(trained);
      assert.equal(await deriveBundle(master, precision, out), true);
      assert.equal(await deriveBundle(master, precision, out), false);
      const { config, parameters: derived } = await importBundle(out);
      assert.equal(config.precision, precision);
      const { parameters: original } = await importBundle(master);
      for (const [name, { data }] of original) {
        const error = Math.sqrt(meanSquare(data.map((value, i) => value - derived.get(name)!.data[i]!)));
        assert.ok(error <= losses[precision] * Math.sqrt(meanSquare(data)), `${name}: ${error}`);
      }
      fs.truncateSync(path.join(out, 'weights.bin'), 100);
      assert.equal(await deriveBundle(master, precision, out), true);
      await exportBundle({ ...trained, parameters: randomParameters(TINY, 2) });
      assert.equal(await deriveBundle(master, precision, out), true);
    });
  }
});

/** Many parameters at once: drawing millions of random weights would take seconds. */
function repeatedParameters(architecture: Architecture): Map<string, Parameter> {
  const random = new Random(1);
  const some = Array.from({ length: 997 }, () => random.uniform() - 0.5);
  return new Map(
    parameterShapes(architecture).map(({ name, shape }) => {
      const data = new Float32Array(elements(shape));
      for (let i = 0; i < data.length; i++) data[i] = some[i % some.length]!;
      return [name, { shape, data }];
    }),
  );
}

function meanSquare(data: Float32Array): number {
  return data.reduce((sum, value) => sum + value * value, 0) / data.length;
}
