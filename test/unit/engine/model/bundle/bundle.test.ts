import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { readBundle } from '../../../../../src/engine/model/bundle/read-bundle';
import {
  temporaryFolder,
  tinyTokenizer,
  writeTinyBundle,
} from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { TINY } from '../../../../../scripts/tiny-bundle/tiny-network';

type Json = Record<string, unknown>;

describe('reading a model bundle', () => {
  const root = temporaryFolder();
  const whole = path.join(root, 'whole');
  let copies = 0;

  before(() => writeTinyBundle(whole, 'f16'));

  function copy(): string {
    const folder = path.join(root, `copy-${++copies}`);
    fs.cpSync(whole, folder, { recursive: true });
    return folder;
  }

  function edit(folder: string, change: (config: Json & { files: Record<string, Json> }) => void): void {
    const file = path.join(folder, 'config.json');
    const config = JSON.parse(fs.readFileSync(file, 'utf8')) as Json & { files: Record<string, Json> };
    change(config);
    fs.writeFileSync(file, JSON.stringify(config));
  }

  async function assertRefused(folder: string, code: string, ...words: RegExp[]): Promise<void> {
    await assert.rejects(readBundle(folder), (error: Error & { code?: string }) => {
      assert.equal(error.code, code, error.message);
      for (const word of words) assert.match(error.message, word);
      return true;
    });
  }

  it('accepts what was written', async () => {
    const { config } = await readBundle(whole);
    assert.deepEqual(config.architecture, TINY);
    assert.equal(config.precision, 'f16');
  });

  it('names a folder that is not there, or is none', async () => {
    await assertRefused(
      path.join(root, 'nowhere'),
      'bundle-missing',
      /nowhere/,
      /no such folder/,
      /train-model/,
    );
    await assertRefused(path.join(whole, 'README.md'), 'bundle-missing', /not a folder/);
  });

  for (const name of ['config.json', 'model.onnx', 'weights.bin', 'tokenizer.json']) {
    it(`notices that ${name} is missing, cut short, changed by one bit, a link or a folder`, async () => {
      const missing = copy();
      fs.rmSync(path.join(missing, name));
      await assertRefused(missing, 'bundle-missing', new RegExp(name));

      const cut = copy();
      fs.truncateSync(path.join(cut, name), 200);
      await assertRefused(cut, 'bundle-damaged', new RegExp(name), /again/);

      if (name !== 'config.json') {
        const flipped = copy();
        const bytes = fs.readFileSync(path.join(flipped, name));
        bytes[bytes.length >> 1]! ^= 1;
        fs.writeFileSync(path.join(flipped, name), bytes);
        await assertRefused(flipped, 'bundle-damaged', new RegExp(name), /SHA-256/);
      }

      const linked = copy();
      fs.rmSync(path.join(linked, name));
      fs.symlinkSync(path.join(whole, name), path.join(linked, name));
      await assertRefused(linked, 'bundle-damaged', new RegExp(name), /symbolic link/);

      const folder = copy();
      fs.rmSync(path.join(folder, name));
      fs.mkdirSync(path.join(folder, name));
      await assertRefused(folder, 'bundle-damaged', new RegExp(name), /not a file/);
    });
  }

  it('notices checksums that are not the files’ own', async () => {
    const swapped = copy();
    edit(swapped, ({ files }) => {
      [files['graph']!['sha256'], files['tokenizer']!['sha256']] = [
        files['tokenizer']!['sha256'],
        files['graph']!['sha256'],
      ];
    });
    await assertRefused(swapped, 'bundle-damaged', /SHA-256/);
  });

  for (const name of [
    '../whole/weights.bin',
    '/etc/hostname',
    'a/b',
    '..',
    '',
    '.hidden',
    'c:\\weights',
    7,
  ]) {
    it(`reads no file named ${JSON.stringify(name)}`, async () => {
      const folder = copy();
      edit(folder, ({ files }) => (files['weights']!['name'] = name));
      await assertRefused(folder, 'bundle-damaged', /files\.weights\.name/);
    });
  }

  it('names the weights file of several whose description is wrong', async () => {
    const folder = copy();
    edit(folder, (config) => {
      const { weights } = config.files;
      const several: unknown = [weights, { ...weights, name: '../weights.bin' }];
      Object.assign(config.files, { weights: several });
    });
    await assertRefused(folder, 'bundle-damaged', /"files\.weights\[1\]\.name"/);
  });

  it('names the field of config.json that is wrong', async () => {
    const wrong: [string, unknown, RegExp][] = [
      ['format', 2, /"format" is 2/],
      ['name', '', /"name"/],
      ['precision', 'f8', /"precision" is "f8"; it must be "f32" or "f16" or "int8"/],
      ['architecture', null, /"architecture" must be an object/],
      ['architecture', { ...TINY, layers: 0 }, /"architecture\.layers" is 0/],
      ['architecture', { ...TINY, headWidth: 63 }, /"architecture\.headWidth" is 63; it must be even/],
      ['architecture', { ...TINY, width: 1e9 }, /"architecture\.width"/],
      ['architecture', { ...TINY, normEpsilon: '0' }, /"architecture\.normEpsilon"/],
      ['architecture', { ...TINY, swiglu: 353 }, /weights\.bin \d+ bytes, but its architecture needs/],
      ['window', { rows: 10, positions: 256, reserved: [128, 32] }, /"window\.reserved"/],
      ['window', { rows: 10, positions: 256, reserved: [32, 512] }, /256 positions/],
      ['specialTokens', { pad: 1 }, /"specialTokens\.pad"/],
      ['learned', { expand: 1 }, /"learned\.expand" is 1; it must be true or false/],
      ['training', { steps: [1] }, /"training\.steps"/],
      ['files', { graph: {} }, /"files\.\w+/],
    ];
    for (const [field, value, message] of wrong) {
      const folder = copy();
      edit(folder, (config) => (config[field] = value));
      await assertRefused(folder, 'bundle-damaged', /config\.json/, message);
    }
    const text = copy();
    fs.writeFileSync(path.join(text, 'config.json'), '{"format": 1,');
    await assertRefused(text, 'bundle-damaged', /config\.json/);
  });

  it('notices the tokenizer of another model', async () => {
    const swap = (json: string): string => {
      const folder = copy();
      fs.writeFileSync(path.join(folder, 'tokenizer.json'), json);
      edit(folder, ({ files }) => {
        files['tokenizer']!['bytes'] = Buffer.byteLength(json);
        files['tokenizer']!['sha256'] = createHash('sha256').update(json).digest('hex');
      });
      return folder;
    };
    const smaller = swap(tinyTokenizer(TINY.vocabulary - 1));
    await assertRefused(smaller, 'tokenizer-mismatch', /has 299 tokens and the network 300/);
    const renamed = swap(tinyTokenizer(TINY.vocabulary).replaceAll('[MASK]', '[VEIL]'));
    await assertRefused(renamed, 'tokenizer-mismatch', /token 1 is not \[MASK\]/);
    await assertRefused(swap('{"model": 3}'), 'bundle-damaged', /not a byte-level BPE/);
  });
});
