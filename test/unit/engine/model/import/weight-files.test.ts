import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { EngineError } from '../../../../../src/engine/contract/errors';
import { SourceFolder } from '../../../../../src/engine/model/import/source-folder';
import { openWeightFiles } from '../../../../../src/engine/model/import/weight-files';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import {
  assertRefused,
  importCases,
  openCase,
  readWhole,
  type ImportCase,
} from '../../../../support/import/import-cases';
import { safetensorsFile, type FileChange } from '../../../../support/import/safetensors-file';
import {
  randomTensor,
  tinyCheckpoint,
  TWO_SHARDS,
  writeCheckpoint,
} from '../../../../support/import/tiny-checkpoint';

const FILE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
const [FIRST, SECOND] = Object.keys(TWO_SHARDS) as [string, string];
const NORM = 'model.norm.weight';
const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'7'.repeat(64)}\nsize 498431112\n`;

/** A case with one thing wrong in the weight file. */
function wrongFile(change: FileChange, ...refused: (string | RegExp)[]): ImportCase {
  return { write: { changes: { [FILE]: change } }, refused: [FILE, ...refused] };
}

function wrongEntry(name: string, own: object, ...refused: (string | RegExp)[]): ImportCase {
  const change: FileChange = {
    entries: (entries) => Object.assign(entries.find(([one]) => one === name)![1], own),
  };
  return wrongFile(change, name, ...refused);
}

/** The bytes in the place of the weight file. */
function instead(content: string | Uint8Array, ...refused: (string | RegExp)[]): ImportCase {
  return { change: ({ files }) => (files[FILE] = content), refused: [FILE, ...refused] };
}

describe('weight files of a checkpoint', () => {
  describe('a header', () => {
    importCases({
      'of any order is read': { write: { changes: { [FILE]: { entries: (entries) => entries.reverse() } } } },
      'of exactly 100,000 bytes is read': {
        write: { changes: { [FILE]: { header: (text) => text.padEnd(100_000) } } },
      },
      'with metadata is read': {
        write: {
          changes: { [FILE]: { header: (text) => `{"__metadata__":{"format":"pt"},${text.slice(1)}` } },
        },
      },
      'with metadata that is no texts': wrongFile(
        { header: (text) => `{"__metadata__":{"a":1},${text.slice(1)}` },
        '__metadata__',
      ),
      'longer than memory': wrongFile({ length: 1n << 63n }, '9223372036854775808'),
      'longer than the format allows': wrongFile({ length: 100_000_001n }, '100000001'),
      'longer than the file': wrongFile({ length: 50_000_000n }, '50000000'),
      'of no bytes': instead(Buffer.alloc(8), /header/),
      'that does not begin as one': wrongFile({ header: (text) => ` ${text}` }, '"{"'),
      'that is no JSON': wrongFile({ header: (text) => text.replace(':', '=') }, 'line 1'),
      'that is no text': wrongFile(
        { header: (text) => text, file: (file) => (file.fill(0xff, 20, 24), file) },
        'UTF-8',
      ),
      'nested without end': wrongFile({ header: () => `{"a":${'['.repeat(200_000)}` }, 'deep'),
      'that is a list': wrongFile({ header: (text) => `[${text}]` }, '"{"'),
    });
  });

  describe('what has the place of a file', () => {
    importCases({
      'four bytes': instead(Buffer.alloc(4), '4 bytes'),
      nothing: instead('', '0 bytes'),
      'a pointer of Git LFS': instead(POINTER, 'LFS'),
      'a page': instead('<!DOCTYPE html>\n<html><title>Sign in</title></html>', 'web page'),
      'a page without a head': instead('\n  <html lang="en">', 'web page'),
      'an answer of a server': instead('{"error":"Repository not found"}', 'text', 'Repository'),
      'a zip of pickles': instead(Buffer.from('PK\x03\x04\0\0\0\0\0\0'), 'zip'),
      'another format': instead(Buffer.from('GGUF\x03\0\0\0\0\0\0\0'), 'GGUF'),
      'a pointer for the second file': {
        write: { shards: TWO_SHARDS },
        change: ({ files }) => (files[SECOND] = POINTER),
        refused: [SECOND, 'LFS'],
      },
      'a pointer for config.json': {
        change: ({ files }) => (files['config.json'] = POINTER),
        refused: ['config.json', 'LFS'],
      },
    });
  });

  describe('where tensors lie', () => {
    importCases({
      'two share bytes': {
        ...wrongFile({
          entries: (entries) => {
            const at = (name: string): unknown => entries.find(([one]) => one === name)![1].data_offsets;
            entries.find(([name]) => name === 'model.layers.1.input_layernorm.weight')![1].data_offsets =
              at(NORM);
          },
        }),
        refused: [FILE, /share bytes|belong to no tensor/],
      },
      'a hole': wrongFile({ gap: { before: NORM, bytes: 64 } }, '64 bytes'),
      'a hole at the beginning': wrongFile(
        { gap: { before: 'model.embed_tokens.weight', bytes: 8 } },
        '8 bytes',
      ),
      'bytes behind the last': wrongFile(
        { file: (file) => Buffer.concat([file, Buffer.alloc(12)]) },
        '12 bytes',
      ),
      'behind the end': wrongFile(
        {
          entries: (entries) =>
            entries.push(['extra', { dtype: 'F32', shape: [64], data_offsets: [9e6, 9e6 + 256] }]),
        },
        'extra',
      ),
      'cut short': wrongFile({ file: (file) => file.subarray(0, -1000) }, '1000', 'incomplete'),
      'a shape that needs more': wrongEntry(NORM, { shape: [640] }, '2560'),
      'a shape that wraps round': wrongEntry(NORM, { shape: [2 ** 32, 2 ** 32], data_offsets: [0, 0] }, NORM),
      'a shape beyond whole numbers': wrongEntry(NORM, { shape: [2 ** 63] }),
      'a shape below nothing': wrongEntry(NORM, { shape: [-64] }),
      'a shape of halves': wrongEntry(NORM, { shape: [0.5, 128] }),
      'a shape that is a text': wrongEntry(NORM, { shape: '64' }),
      'an end before the beginning': wrongEntry(NORM, { data_offsets: [300, 44] }, '300'),
      'one offset': wrongEntry(NORM, { data_offsets: [0] }),
      'offsets that are texts': wrongEntry(NORM, { data_offsets: ['0', '256'] }),
      'an unknown type': wrongEntry(NORM, { dtype: 'F31' }, 'F31'),
      'a type of JavaScript’s': wrongEntry(NORM, { dtype: 'constructor' }, 'constructor'),
      'no description': wrongFile(
        { entries: (entries) => (entries.at(-1)![1] = null as never) },
        'lm_head.weight',
      ),
    });

    it('a tensor without elements carries nothing', async () => {
      await openCase({ change: ({ tensors }) => tensors.set('scaled_fp8', randomTensor('F32', [0], 0)) });
    });
  });

  describe('a name that comes twice', () => {
    const twice = (own: object = {}): FileChange => ({
      entries: (entries) => entries.push([NORM, { ...entries.find(([name]) => name === NORM)![1], ...own }]),
    });
    importCases({
      'with the same bytes': wrongFile(twice(), NORM, 'twice'),
      'with others': wrongFile(twice({ data_offsets: [0, 256] }), NORM, 'twice'),
      'written in another way': wrongFile(
        { header: (text) => text.replace('"model.norm.weight"', '"lm_head\\u002eweight"') },
        'lm_head.weight',
        'twice',
      ),
      'within an entry': wrongFile(
        { header: (text) => text.replace('"dtype":', '"dtype":"F32","dtype":') },
        'dtype',
        'twice',
      ),
      'in config.json': {
        change: ({ files, config }) =>
          (files['config.json'] = JSON.stringify(config).replace('{', '{"hidden_size":32,')),
        refused: ['config.json', 'hidden_size', 'twice'],
      },
      'in the index': {
        write: { shards: TWO_SHARDS },
        change: ({ files }) => {
          files[INDEX] = `{"weight_map":{"${NORM}":"${FIRST}","${NORM}":"${SECOND}"}}`;
        },
        refused: [INDEX, NORM, 'twice'],
      },
    });
  });

  describe('links', () => {
    const linked = (target: (root: string) => string): string => {
      const root = temporaryFolder();
      const folder = path.join(root, 'models--a--b/snapshots', '0'.repeat(40));
      writeCheckpoint(folder, tinyCheckpoint());
      const file = target(root);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.renameSync(path.join(folder, FILE), file);
      fs.symlinkSync(path.relative(folder, file), path.join(folder, FILE));
      return folder;
    };

    it('of the hub’s cache are followed', async () => {
      await readWhole(linked((root) => path.join(root, 'models--a--b/blobs/11aa')));
    });
    it('of the hub’s cache are found by the repository’s folder', async () => {
      const snapshot = linked((root) => path.join(root, 'models--a--b/blobs/11aa'));
      const repository = path.dirname(path.dirname(snapshot));
      fs.mkdirSync(path.join(repository, 'refs'));
      fs.writeFileSync(path.join(repository, 'refs/main'), '0'.repeat(40));
      await readWhole(repository);
    });
    it('that lead elsewhere are not', async () => {
      await assertRefused(readWhole(linked((root) => path.join(root, 'elsewhere/file'))), [FILE, 'link']);
    });
    it('that lead nowhere are said to', async () => {
      const folder = linked((root) => path.join(root, 'models--a--b/blobs/11aa'));
      fs.rmSync(path.join(folder, '../../blobs/11aa'));
      await assertRefused(readWhole(folder), [FILE, 'link']);
    });
  });

  describe('no safetensors', () => {
    const without = (files: Record<string, string>, ...refused: string[]): ImportCase => ({
      change: (checkpoint) => Object.assign(checkpoint.files, { [FILE]: undefined, ...files }),
      refused,
    });
    importCases({
      'but pickled weights': without({ 'pytorch_model.bin': 'PK' }, 'safetensors', 'pytorch_model.bin'),
      'but GGUF': without({ 'model.gguf': 'GGUF' }, 'safetensors', 'model.gguf'),
      'but an adapter': without(
        { 'adapter_config.json': '{}', 'adapter_model.safetensors': '' },
        'LoRA',
        'adapter',
      ),
      'but files without their index': without({ [FIRST]: '', [SECOND]: '' }, INDEX, FIRST),
      'at all': without({}, FILE),
    });

    it('and no folder', () => assertRefused(readWhole('/no/where'), ['/no/where']));
  });

  it('is read or refused, whatever is wrong with the header', async () => {
    const valid = safetensorsFile(tinyCheckpoint().tensors);
    const folder = path.join(temporaryFolder(), 'fuzz');
    writeCheckpoint(folder, tinyCheckpoint());
    const headerEnd = 8 + Number(valid.readBigUInt64LE());
    const edit = fc.record({
      at: fc.nat(headerEnd - 1),
      byte: fc.nat(255),
      kind: fc.constantFrom('set', 'cut', 'insert', 'drop'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const file = edits.reduce((bytes, { at, byte, kind }) => {
          if (kind === 'cut') return bytes.subarray(0, at);
          if (kind === 'insert')
            return Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at)]);
          if (kind === 'drop') return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
          const copy = Buffer.from(bytes);
          if (at < copy.length) copy[at] = byte;
          return copy;
        }, valid);
        fs.writeFileSync(path.join(folder, FILE), file);
        const read = async (): Promise<void> =>
          (await openWeightFiles(await SourceFolder.open(folder))).close();
        await read().catch((error: unknown) => {
          assert.ok(error instanceof EngineError, String(error));
          assert.ok(error.message.includes(FILE), error.message);
        });
      }),
      { numRuns: 300 },
    );
  }).timeout(30_000);
});
