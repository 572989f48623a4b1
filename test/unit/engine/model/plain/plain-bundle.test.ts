import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { loadRuntime } from '../../../../../src/engine/model/runtime/load-from-folder';
import { GraphBuilder } from '../../../../../src/engine/model/graph/graph-builder';
import { ELEMENT_TYPES, encodeModel, EXTERNAL } from '../../../../../src/engine/model/graph/onnx-proto';
import type { MaskPredictor } from '../../../../../src/engine/model/predictor/mask-predictor';
import { fillText, REQUEST, withEngine } from '../../../../support/engine/real-engine';
import { temporaryFolder, tinyTokenizer } from '../../../../../scripts/tiny-bundle/tiny-bundle';

const TOKENS = 300;
const VOCABULARY = 304;
const ROWS = 256;
const [MASK, EOT] = [1, 2];
/** The engine's ids: its own special tokens, then the model's. */
function id(token: number): number {
  return 7 + token;
}

function wave(rows: number, factor: number): Float32Array {
  return Float32Array.from({ length: rows * VOCABULARY }, (_, i) => Math.sin(i * factor));
}
const OWN = wave(VOCABULARY, 0.7);
const MEAN = wave(VOCABULARY, 1.3);
const PLACE = wave(ROWS, 0.11);

/** A masked "language model" that is simple to follow: token + mean over the text + place, in one row each. */
function graph(withAttention: boolean, output = 'logits'): Uint8Array {
  const builder = new GraphBuilder();
  const table = (name: string, rows: number, data: Float32Array): string =>
    builder.constant(name, 'f32', [rows, VOCABULARY], data);
  const ids = builder.input('input_ids', 'i64', [1, 'S']);
  const gather = (from: string): string => builder.op('Gather', [from, ids]);
  let own = gather(table('own', VOCABULARY, OWN));
  if (withAttention) {
    const mask = builder.op('Cast', [builder.input('attention_mask', 'i64', [1, 'S'])], {
      to: ELEMENT_TYPES.f32,
    });
    own = builder.op('Mul', [own, builder.op('Unsqueeze', [mask, builder.integers(-1)])]);
  }
  const mean = builder.op('ReduceMean', [gather(table('mean', VOCABULARY, MEAN)), builder.integers(1)], {
    keepdims: 1,
  });
  const end = builder.op('Shape', [ids], { start: 1, end: 2 });
  const place = builder.op('Slice', [
    table('place', ROWS, PLACE),
    builder.integers(0),
    end,
    builder.integers(0),
  ]);
  const sum = builder.op('Add', [builder.op('Add', [own, mean]), place]);
  builder.output(output, sum, 'f32', [1, 'S', VOCABULARY]);
  return builder.encode('plain');
}

/** PyTorch's outputs for a text: the logits of its masked places. */
interface Said {
  readonly text: readonly number[];
  readonly logits: Readonly<Record<number, readonly number[]>>;
}

function expected(text: readonly number[], at: number): number[] {
  const row = (table: Float32Array, index: number): Float32Array =>
    table.subarray(index * VOCABULARY, (index + 1) * VOCABULARY);
  return Array.from({ length: VOCABULARY }, (_, v) => {
    const mean = text.reduce((sum, token) => sum + row(MEAN, token)[v]!, 0) / text.length;
    return row(OWN, text[at]!)[v]! + mean + row(PLACE, at)[v]!;
  });
}

describe('plain bundles', function () {
  this.timeout(20_000);

  const root = temporaryFolder();
  let made = 0;

  function write(change: Record<string, unknown> = {}, model = graph(true)): string {
    const folder = path.join(root, String(++made));
    fs.mkdirSync(folder);
    const file = (name: string, data: Uint8Array): object => {
      fs.writeFileSync(path.join(folder, name), data);
      return { name, bytes: data.length, sha256: createHash('sha256').update(data).digest('hex') };
    };
    const files = {
      graph: file('model.onnx', model),
      tokenizer: file('tokenizer.json', Buffer.from(tinyTokenizer(TOKENS))),
    };
    const config = {
      format: 1,
      kind: 'plain',
      name: 'toy',
      precision: 'f32',
      vocabulary: VOCABULARY,
      window: { rows: ROWS },
      tokens: { mask: MASK, eot: EOT },
      logitShift: false,
      files,
      ...change,
    };
    fs.writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config));
    return folder;
  }

  async function withPredictor(
    folder: string,
    use: (predictor: MaskPredictor) => Promise<void>,
  ): Promise<void> {
    const { runtime } = await loadRuntime(folder, { provider: 'cpu', threads: 1 });
    try {
      await use(runtime.predictor);
    } finally {
      await runtime.predictor.dispose();
    }
  }

  /** Two tokens, a hole of three cells with its [END], one more token and the end of the text. */
  const CONTEXT = {
    ids: Int32Array.of(id(40), id(41), id(60), 2),
    positions: Int32Array.of(0, 1, 258, 259),
  };
  const HOLE = {
    ids: Int32Array.of(1, id(50), 1, 4),
    positions: Int32Array.of(2, 3, 4, 5),
    wanted: Int32Array.of(2, 0),
  };
  const TEXT = [40, 41, MASK, 50, MASK, 60, EOT];

  it('of LLaDA’s and Dream’s architectures, exported by PyTorch, say what PyTorch says', async () => {
    for (const [name, logitShift] of [
      ['llada', false],
      ['dream', true],
    ] as const) {
      const file = path.resolve('test/unit/engine/model/plain/exports', name);
      const said = JSON.parse(fs.readFileSync(`${file}.jsonl`, 'utf8')) as Said;
      assert.deepEqual(said.text, TEXT);
      await withPredictor(write({ logitShift }, fs.readFileSync(`${file}.onnx`)), async (predictor) => {
        const logits = await predictor.predict(await predictor.readContext(CONTEXT), HOLE);
        [4, 2].forEach((place, i) =>
          said.logits[place]!.forEach((value, v) =>
            assert.ok(
              Math.abs(logits[i * predictor.vocabulary + 7 + v]! - value) < 1e-4,
              `${name} ${place} ${v}`,
            ),
          ),
        );
      });
    }
  });

  async function check(predictor: MaskPredictor, places: readonly number[]): Promise<void> {
    const cache = await predictor.readContext(CONTEXT);
    const before = predictor.forwards;
    const logits = await predictor.predict(cache, HOLE);
    assert.equal(predictor.forwards - before, 1);
    assert.equal(predictor.vocabulary, 7 + VOCABULARY);
    places.forEach((place, i) => {
      const row = logits.subarray(i * predictor.vocabulary, (i + 1) * predictor.vocabulary);
      assert.ok(row.subarray(0, 7).every((logit) => logit === -Infinity));
      expected(TEXT, place).forEach((value, v) => assert.ok(Math.abs(row[7 + v]! - value) < 1e-5));
    });
  }

  it('see the whole text in order, in the model’s own ids', () =>
    withPredictor(write(), (predictor) => check(predictor, [4, 2])));
  it('need no attention mask', () =>
    withPredictor(write({}, graph(false)), (predictor) => check(predictor, [4, 2])));
  it('may have their logits one place earlier', () =>
    withPredictor(write({ logitShift: true }), (predictor) => check(predictor, [3, 1])));

  it('may read no file but those that config.json lists', async () => {
    const weight = {
      name: 'w',
      dims: [1],
      data_type: ELEMENT_TYPES.f32,
      data_location: EXTERNAL,
      external_data: [{ key: 'location', value: '/etc/passwd' }],
    };
    const graph = { name: 'g', node: [], initializer: [weight], input: [], output: [] };
    const hostile = encodeModel({ ir_version: 10, producer_name: '', opset_import: [], graph });
    await assert.rejects(loadRuntime(write({}, hostile), { provider: 'cpu' }), {
      code: 'bundle-damaged',
      message: /reads "\/etc\/passwd", which is no file of this bundle/,
    });
  });

  it('run each canvas by itself', () =>
    withPredictor(write(), async (predictor) => {
      const cache = await predictor.readContext(CONTEXT);
      const both = {
        ids: Int32Array.of(...HOLE.ids, 1, 4),
        positions: Int32Array.of(...HOLE.positions, 2, 3),
        wanted: Int32Array.of(4, 0),
        canvases: Int32Array.of(0, 0, 0, 0, 1, 1),
      };
      const logits = await predictor.predict(cache, both);
      const short = expected([40, 41, MASK, 60, EOT], 2);
      short.forEach((value, v) => assert.ok(Math.abs(logits[7 + v]! - value) < 1e-5));
      const long = logits.subarray(predictor.vocabulary + 7);
      expected(TEXT, 2).forEach((value, v) => assert.ok(Math.abs(long[v]! - value) < 1e-5));
    }));

  it('fill in the engine process, with text only', () =>
    withEngine(write(), async (engine) => {
      assert.equal(engine.info.bundle, 'toy');
      const text = await fillText(engine, REQUEST);
      assert.ok(text.length > 0 && !text.includes('['));
      assert.equal(await fillText(engine, REQUEST), text);
      assert.notEqual(await fillText(engine, { ...REQUEST, holes: [{}], maxTokens: 16 }), '');
    }));

  it('that are wrong are refused with the reason', async () => {
    const wrong: [string, string, RegExp][] = [
      [write({ tokens: { mask: 400 } }), 'bundle-damaged', /"tokens\.mask" is 400/],
      [write({ vocabulary: 200 }), 'tokenizer-mismatch', /300 tokens and the network 200/],
      [write({ vocabulary: 310 }), 'bundle-damaged', /logits are float32 \[1, \d+, 304\]/],
      [write({ logitShift: 1 }), 'bundle-damaged', /"logitShift"/],
      [write({}, graph(true, 'scores')), 'bundle-damaged', /no output "logits"/],
    ];
    for (const [folder, code, message] of wrong) {
      await assert.rejects(loadRuntime(folder, { provider: 'cpu' }), { code, message });
    }
    const cut = write();
    fs.truncateSync(path.join(cut, 'model.onnx'), 100);
    await assert.rejects(loadRuntime(cut, { provider: 'cpu' }), {
      code: 'bundle-damaged',
      message: /model\.onnx/,
    });
  });
});
