import fs from 'node:fs';
import path from 'node:path';
import { content, edited, entry, file, INDEX, NORM, WEIGHTS, type Refusal } from './refusal';
import { TWO_SHARDS } from './tiny-checkpoint';

/** Checkpoints whose files, headers or index are at fault. */
export const FILE_REFUSALS: Readonly<Record<string, Refusal>> = {
  // Files that are something else, or not whole.
  'weights that are empty': { edit: content(WEIGHTS, ''), names: [WEIGHTS, '0 bytes'] },
  'weights of zeros': { edit: content(WEIGHTS, Buffer.alloc(500)), names: [WEIGHTS] },
  'a config.json of blanks': { edit: content('config.json', '\n'), names: ['config.json', 'empty'] },
  'an error of the hub instead of weights': {
    edit: content(WEIGHTS, '{"error":"Repository not found"}'),
    names: [WEIGHTS, 'text'],
  },
  'GGUF by another name': {
    edit: content(WEIGHTS, Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(900, 1)])),
    names: [WEIGHTS, 'GGUF'],
  },
  'a pointer instead of config.json': {
    edit: content('config.json', 'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n'),
    names: ['config.json', 'LFS'],
  },
  'a sign-in page instead of the tokenizer': {
    edit: content('tokenizer.json', '<!DOCTYPE html><html></html>'),
    names: ['tokenizer.json', 'web page'],
  },
  'UTF-16': {
    edit: (folder) =>
      content(
        'config.json',
        Buffer.from(`\ufeff${fs.readFileSync(path.join(folder, 'config.json'), 'utf8')}`, 'utf16le'),
      )(folder),
    names: ['config.json', 'UTF-8'],
  },
  'an adapter alone': {
    edit: (folder) =>
      fs.renameSync(path.join(folder, WEIGHTS), path.join(folder, 'adapter_model.safetensors')),
    names: ['adapter_model.safetensors', 'LoRA'],
  },
  'an adapter beside a whole model': {
    edit: (folder) => fs.writeFileSync(path.join(folder, 'adapter_config.json'), '{}'),
    names: ['adapter_config.json', 'LoRA'],
  },
  'shards without an index': {
    write: { shards: TWO_SHARDS },
    edit: (folder) => fs.rmSync(path.join(folder, INDEX)),
    names: [INDEX, 'model-00001'],
  },
  'pickled weights alone': {
    edit: (folder) => fs.renameSync(path.join(folder, WEIGHTS), path.join(folder, 'pytorch_model.bin')),
    names: [WEIGHTS, 'pytorch_model.bin'],
  },
  'a folder of the name of the weights': {
    edit: (folder) => {
      fs.rmSync(path.join(folder, WEIGHTS));
      fs.mkdirSync(path.join(folder, WEIGHTS));
    },
    names: [WEIGHTS, 'not a file'],
  },
  'a link out of the folder': {
    edit: (folder) => {
      fs.renameSync(path.join(folder, WEIGHTS), `${folder}.outside`);
      fs.symlinkSync(`${folder}.outside`, path.join(folder, WEIGHTS));
    },
    names: [WEIGHTS, 'out of the folder'],
  },
  'a link to nothing': {
    edit: (folder) => {
      fs.rmSync(path.join(folder, WEIGHTS));
      fs.symlinkSync('../../blobs/gone', path.join(folder, WEIGHTS));
    },
    names: [WEIGHTS, 'not there'],
  },
  'no tokenizer.json': {
    edit: (folder) => fs.renameSync(path.join(folder, 'tokenizer.json'), path.join(folder, 'vocab.json')),
    names: ['tokenizer.json', 'vocab.json'],
  },
  // The header.
  'a name twice, once escaped': {
    edit: (folder) => {
      const bytes = fs.readFileSync(path.join(folder, WEIGHTS));
      const end = 8 + Number(bytes.readBigUInt64LE());
      const header = bytes.toString('utf8', 8, end).trimEnd();
      const [, entry] = /"model\.norm\.weight":(\{[^}]*\})/.exec(header)!;
      const twice = header.replace(/\}$/, `,"model\\u002enorm.weight":${entry}}`);
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(Buffer.byteLength(twice)));
      content(WEIGHTS, Buffer.concat([length, Buffer.from(twice), bytes.subarray(end)]))(folder);
    },
    names: [WEIGHTS, 'model.norm.weight', 'twice'],
  },
  'a header of 2^63 bytes': { write: file({ length: 2n ** 63n }), names: [WEIGHTS, '9223372036854775808'] },
  'a header longer than the file': { write: file({ length: 50_000_000n }), names: [WEIGHTS, '50000000'] },
  'a header of no text': {
    write: file({
      file: (bytes) => {
        bytes[bytes.indexOf('norm')] = 0xff;
        return bytes;
      },
    }),
    names: [WEIGHTS, 'UTF-8'],
  },
  'metadata that is no text': {
    write: file({ header: (text) => `{"__metadata__":{"a":1},${text.slice(1)}` }),
    names: [WEIGHTS, '__metadata__'],
  },
  'an entry that is a number': {
    write: file({ header: (text) => `{"a":1,${text.slice(1)}` }),
    names: [WEIGHTS, '"a"'],
  },
  'a type that the format does not know': { write: entry({ dtype: 'f32' }), names: [NORM, 'f32'] },
  'a shape that is none': { write: entry({ shape: [6.4, 10] }), names: [NORM, '6.4'] },
  'places that are none': { write: entry({ data_offsets: [0, 1, 2] }), names: [NORM, '[0,1,2]'] },
  'an end before the beginning': { write: entry({ data_offsets: [300, 44] }), names: [NORM, '300', '44'] },
  'a shape of other bytes': { write: entry({ shape: [640] }), names: [NORM, '2560'] },
  'two tensors of one place': { write: entry({ data_offsets: [0, 256] }), names: [NORM, 'share'] },
  'a tensor behind the file': {
    write: file({
      entries: (entries) =>
        entries.push(['extra', { dtype: 'F32', shape: [64], data_offsets: [9e6, 9e6 + 256] }]),
    }),
    names: [WEIGHTS, 'extra'],
  },
  'bytes of no tensor': { write: file({ gap: { before: NORM, bytes: 64 } }), names: [WEIGHTS, '64 bytes'] },
  'bytes behind the last tensor': {
    write: file({ file: (bytes) => Buffer.concat([bytes, Buffer.alloc(8)]) }),
    names: [WEIGHTS, '8 bytes'],
  },
  'a file that was cut off': {
    write: file({ file: (bytes) => bytes.subarray(0, -1000) }),
    names: [WEIGHTS, '1000'],
  },
  // Index and shards.
  'a tensor in two shards': {
    write: {
      shards: { ...TWO_SHARDS, 'model-00001-of-00002.safetensors': /embed|layers\.0\.|^model\.norm/ },
    },
    names: ['model.norm.weight', 'model-00002-of-00002.safetensors'],
  },
  'an absolute path in the index': {
    write: { shards: TWO_SHARDS, index: (map) => (map['lm_head.weight'] = '/etc/passwd') },
    names: [INDEX, '/etc/passwd'],
  },
  'a way out by backslashes': {
    write: { shards: TWO_SHARDS, index: (map) => (map['lm_head.weight'] = '..\\outside.safetensors') },
    names: [INDEX, 'outside.safetensors'],
  },
  'a tensor that the index does not list': {
    write: { shards: TWO_SHARDS, index: (map) => delete map['lm_head.weight'] },
    names: [INDEX, 'lm_head.weight'],
  },
  'an index of nothing': {
    write: { shards: TWO_SHARDS },
    edit: content(INDEX, '{"weight_map":{}}'),
    names: [INDEX, 'weight_map'],
  },
  'an index with a number for a file': {
    write: { shards: TWO_SHARDS },
    edit: edited(INDEX, (text) => text.replace(/"model-00002-of-00002\.safetensors"/, '2')),
    names: [INDEX, '2'],
  },
  'an index with an empty name': {
    write: { shards: TWO_SHARDS },
    edit: edited(INDEX, (text) => text.replace(/"model-00002-of-00002\.safetensors"/, '""')),
    names: [INDEX, '""'],
  },
  'a shard that is missing': {
    write: { shards: TWO_SHARDS },
    edit: (folder) => fs.rmSync(path.join(folder, 'model-00002-of-00002.safetensors')),
    names: ['model-00002-of-00002.safetensors', INDEX],
  },
  'an index beside a single file': {
    write: { shards: TWO_SHARDS },
    edit: content(WEIGHTS, ''),
    names: [WEIGHTS, INDEX],
  },
  'an index of another shard': {
    write: {
      shards: TWO_SHARDS,
      index: (map) => (map['lm_head.weight'] = 'model-00001-of-00002.safetensors'),
    },
    names: [INDEX, 'lm_head.weight', 'model-00001-of-00002.safetensors'],
  },
};
