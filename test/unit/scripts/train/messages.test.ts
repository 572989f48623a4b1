import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { openDawn, type DawnOptions } from '../../../../scripts/train/backend/dawn';
import { selectBackend } from '../../../../scripts/train/backend/select';
import { explainWasmError } from '../../../../scripts/train/backend/wasm/wasm';
import { readCheckpoint, saveCheckpoint } from '../../../../scripts/train/run/checkpoint';
import { refuseOther } from '../../../../scripts/train/run/optimizer';
import { readArchive } from '../../../../scripts/train/corpus/archive';
import { buildFromFolder } from '../../../../scripts/train/corpus/build-from-folder';
import type { CorpusOptions } from '../../../../scripts/train/corpus/corpus-options';
import { benchmarkFiles } from '../../../../scripts/train/corpus/benchmark-files';
import { downloadTogether } from '../../../../scripts/train/corpus/client';
import { requirePrograms } from '../../../../scripts/train/corpus/clients';
import { aptDownload } from '../../../../scripts/train/corpus/debian';
import { verify } from '../../../../scripts/train/corpus/integrity';
import { loadSources, type Source } from '../../../../scripts/train/corpus/manifest';
import { readShards } from '../../../../scripts/train/corpus/shards';
import { noSpace } from '../../../../scripts/train/corpus/space';
import { parseOptions } from '../../../../scripts/train/settings/options';
import { latestCheckpoint, batchesEach, resumedRun } from '../../../../scripts/train/run/resume';
import { prepare } from '../../../../scripts/train/run/prepare';
import { PRESETS } from '../../../../scripts/train/settings/presets';
import { readPack, writePack } from '../../../../scripts/train/samples/packed-corpus';
import { settingsOf } from '../../../../scripts/train/settings/settings';
import { checkpointFolder } from '../../../../scripts/train/run/training-loop';
import { trainBpe, trainTokenizer } from '../../../../scripts/train/tokenizer/train-bpe';
import { messagesIn, sayWhatToDo, unseen } from '../../../support/messages';
import { temporaryFolder } from '../../../../scripts/tiny-bundle/tiny-bundle';
import { code, npmSource, writeManifest } from '../../../support/train/fixtures';
import {
  readCompactCheckpoint,
  writeCompactCheckpoint,
} from '../../../../scripts/train/run/compact-checkpoint';
import { grownArchitecture } from '../../../../scripts/train/network/grow';

/** Brought about where they can be: by a team (loop/together), by a loss (loop/training-loop), by a registry (corpus/download). */
const ELSEWHERE = /^scripts\/train\/(together\/(team|exchange)|run\/training-loop|corpus\/npm)\.ts/;
/** They need a machine that lacks something, or has something broken; or are only part of another message. */
const OF_THE_MACHINE =
  /No WebGPU adapter|is installed but did not load|loaded but its backend|WebAssembly backend of| failed: /;
/** Only a mistake of the program, or of whoever develops it, brings these about. */
const OF_THE_PROGRAM =
  /^scripts\/train\/(ops\/|ablation\/|network\/|run\/trainer|samples\/batch|backend\/(wasm\/gather|plan))/;

/** Every message of the trainer that can be had without training. */
describe('every error message of the trainer', function () {
  this.timeout(60_000);
  const root = temporaryFolder();
  const seen: string[] = [];
  const file = (name: string, content: string): string => {
    const at = path.join(root, name);
    fs.writeFileSync(at, content);
    return at;
  };
  const source: Source = npmSource('thing');
  const debian: Source = { ...npmSource('debian:thing'), kind: 'debsrc', file: 'thing_1.tar.xz' };
  const options = (...args: string[]) =>
    parseOptions(
      args,
      (given) => given,
      () => root,
    );
  const command = (...args: string[]): void => {
    const { stderr } = spawnSync(process.execPath, ['dist/train.js', ...args], { encoding: 'utf8' });
    throw new Error(stderr.trim());
  };
  /** With only what a folder has on the PATH. */
  async function withPath(folder: string, use: () => unknown): Promise<void> {
    const { PATH } = process.env;
    process.env['PATH'] = folder;
    try {
      await use();
    } finally {
      process.env['PATH'] = PATH;
    }
  }
  const drain = async (values: AsyncIterable<unknown>): Promise<void> => {
    for await (const value of values) assert.ok(value);
  };
  /** Prepares a tiny run in a folder that was prepared before, with a tokenizer of so many tokens. */
  const prepareAgain = async (name: string, tokens: number, ...args: string[]): Promise<unknown> => {
    const out = path.join(root, name);
    const folder = path.join(out, 'training');
    fs.mkdirSync(path.join(folder, 'tokenizer'), { recursive: true });
    const tokenizer = { model: { vocab: { last: tokens - 1 }, merges: [] }, added_tokens: [] };
    fs.writeFileSync(path.join(folder, 'tokenizer/tokenizer.json'), JSON.stringify(tokenizer));
    for (const part of ['train', 'valid'])
      await writePack(
        path.join(folder, `${part}.pack`),
        Readable.from([{ path: 'a', lang: 'c', text: 'a' }]),
      );
    fs.writeFileSync(path.join(folder, 'prepared.json'), '{"fingerprint":"1"}');
    return prepare({ ...options(...args), out }, PRESETS.tiny, root, new AbortController().signal);
  };
  /** A folder with a text to train on. */
  const project = (): string => {
    const folder = path.join(root, 'project');
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'a.ts'), code('project'));
    return folder;
  };
  const folderCorpus = (folder: string): Promise<unknown> =>
    buildFromFolder(
      { out: path.join(root, 'corpus'), cache: path.join(root, 'cache') } as CorpusOptions,
      folder,
    );
  const checkpoint = { step: 1, run: { seed: 1 }, tensors: new Map() };
  const runCheckpoints = { folder: checkpointFolder(path.join(root, 'run')), compact: undefined };
  const growing = (growth: object) => grownArchitecture(PRESETS.base.architecture, growth);

  const cases: Readonly<Record<string, () => unknown>> = {
    'a count': () => command('--max-steps', '0'),
    'a rate': () => command('--learning-rate', '-1'),
    'a rate that AdamW does not have': () => command('--optimizer', 'adamw', '--embedding-rate', '1e-3'),
    'a share': () => command('--last-phase', '2'),
    'a decay': () => command('--ema', '1'),
    'a part': () => command('--corpus-part', '5/4'),
    'nothing to fine-tune': () => command('--preset', 'finetune'),
    'a run in the same folder': () => {
      saveCheckpoint(checkpointFolder(path.join(root, 'run')), checkpoint);
      command('--out', path.join(root, 'run'));
    },
    'a bundle that would be overwritten': () => command('--init', root, '--out', root),
    'a bundle of another kind': () =>
      settingsOf(options('--init', 'bundle'), {
        architecture: { normEpsilon: 1e-5, headWidth: 64 },
      } as never),
    'nothing to resume from': () =>
      latestCheckpoint({ folder: path.join(root, 'nothing'), compact: undefined }, {}),
    'another run': () => latestCheckpoint(runCheckpoints, { seed: 2 }),
    'a run that is past its end': () => resumedRun(runCheckpoints, 0),
    'processes that cannot share a step': () =>
      batchesEach(1, 4, { step: 1, batchesPerStep: 6, corpora: [] }),
    'no compact checkpoint': () => readCompactCheckpoint(root),
    'a compact checkpoint without all its pieces': () => {
      const compact = path.join(root, 'compact');
      writeCompactCheckpoint(
        compact,
        { ...checkpoint, tensors: new Map([['a', Float32Array.of(1)]]) },
        new Map(),
        true,
      );
      fs.rmSync(path.join(compact, 'piece-00.bin'));
      readCompactCheckpoint(compact);
    },
    'a decay phase of a schedule without one': () =>
      settingsOf(options('--schedule', 'cosine'), undefined, { decayFrom: 5 }),
    'a decay phase after the end': () =>
      settingsOf(options('--schedule', 'wsd', '--max-steps', '5'), undefined, { decayFrom: 5 }),
    'a step that is none': () => command('--decay-from', 'soon'),
    'a part that there is not': () => command('--corpus-part', '5/4'),
    'nothing to grow': () => command('--layers', '12'),
    'fewer layers': () => growing({ layers: 4 }),
    'a narrower network': () => growing({ width: 448 }),
    'a width that kernels cannot have': () => growing({ width: 600 }),
    'held-out texts in the part trained on': () => prepareAgain('both', 9),
    'a checkpoint of the other optimiser': () => {
      refuseOther('muon', new Map([['adamw.steps', Float32Array.of(1)]]));
    },
    'a damaged checkpoint': () => readCheckpoint(file('step-00000002.ckpt', 'PK')),
    'another Dawn': async () => {
      process.env['LLADA_DAWN_NODE'] = '/no/where';
      try {
        await openDawn({} as DawnOptions);
      } finally {
        delete process.env['LLADA_DAWN_NODE'];
      }
    },
    'no TensorFlow': () => selectBackend('tensorflow'),
    'too little memory': () => {
      const error = Object.assign(new Error('memory access out of bounds'), { name: 'RuntimeError' });
      throw explainWasmError(error);
    },
    'no manifest': () => loadSources(20, path.join(root, 'nothing')),
    'a manifest of another form': () => loadSources(20, file('list.json', '[]')),
    'a manifest with a mistake': () =>
      loadSources(300, writeManifest(path.join(root, 'wrong.json'), [{ ...source, version: 'latest' }])),
    'no Debian': () => withPath(root, () => requirePrograms([debian])),
    'a package that Debian has no more': () => {
      const tools = path.join(root, 'tools');
      fs.mkdirSync(tools);
      for (const tool of ['apt-get', 'apt-cache'])
        fs.writeFileSync(path.join(tools, tool), '#!/bin/sh\necho no such version >&2\nexit 100\n', {
          mode: 0o755,
        });
      return withPath(`${tools}:/bin:/usr/bin`, () => aptDownload(debian, root));
    },
    'a package that does not come': () =>
      downloadTogether(
        [source],
        () => false,
        () => Promise.resolve('no such version'),
        'npm',
        'Check the network',
      ),
    'no benchmark': () => benchmarkFiles([], root),
    'a benchmark that is not there': () => benchmarkFiles(['nothing.jsonl'], root),
    'a download with another content': () => verify(file('thing.tgz', 'something else'), source),
    'a damaged download': () => drain(readArchive(file('thing-1.tgz', '<html>'), source, () => true)),
    'no space': () => {
      throw noSpace([{ folder: root, bytes: 1e15, what: 'downloads' }], 1e6);
    },
    'a corpus that is not there': () => drain(readShards(root, 'train')),
    'a tokenizer without a corpus': () => trainTokenizer(root, root, { vocabulary: 1000 }),
    'a vocabulary out of range': () => trainBpe([], { vocabulary: 1 }),
    'no folder to train on': () => folderCorpus(path.join(root, 'nothing')),
    'a folder without text': () => {
      fs.mkdirSync(path.join(root, 'empty'));
      return folderCorpus(path.join(root, 'empty'));
    },
    'a folder prepared with more tokens': () => prepareAgain('more', 2049),
    'a folder prepared with the tokens of another bundle': () =>
      prepareAgain('foreign', 9, '--init', path.resolve('models/llada-base')),
    'a part of another corpus': () => prepareAgain('part', 9, '--corpus-part', '1/2', '--data', project()),
    'a pack of another form': () => readPack(file('other.pack', 'no line')),
    'a pack that is cut short': () =>
      readPack(file('short.pack', `${JSON.stringify({ documents: [['a.ts', 'ts', 9]] })}\nabc`)),
  };

  sayWhatToDo(cases, seen);

  it('is listed here, or in the test of what brings it about', () => {
    const messages = messagesIn(
      'scripts/train',
      /^(Error|RangeError|CorpusError|InvalidArgumentError|error)$/,
    );
    const listed = messages.filter(
      ({ where, pattern }) =>
        !ELSEWHERE.test(where) && !OF_THE_PROGRAM.test(where) && !OF_THE_MACHINE.test(pattern.source),
    );
    assert.ok(listed.length > 20);
    // Commander puts its own words before what an option says of its argument.
    const texts = seen.flatMap((text) => [text, text.replace(/^[^]*? is invalid\. /, '')]);
    assert.deepEqual(unseen(listed, texts), []);
  });
});
