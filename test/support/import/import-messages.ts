import fs from 'node:fs';
import fsp from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { ImportRequest } from '../../../src/engine/contract/importing';
import { importModel } from '../../../src/engine/import';
import { importInChild } from '../../../src/engine/process/import-process';
import { temporaryFolder } from '../../../scripts/tiny-bundle/tiny-bundle';
import { LocalHub } from './local-hub';
import { tinyCheckpoint, writeCheckpoint, type TestCheckpoint } from './tiny-checkpoint';

const ID = 'somebody/Tiny';

interface ImportMessage {
  readonly code: 'import-refused';
  readonly says: RegExp;
  readonly trigger: () => Promise<unknown>;
}

/** The messages of an import, but for those on a checkpoint's files, which have a test of their own. */
export function importMessages(): Readonly<Record<string, ImportMessage>> {
  const run = (
    own: Partial<ImportRequest> = {},
    environment: Record<string, string> = {},
  ): Promise<unknown> => {
    const root = temporaryFolder();
    return importModel(
      { source: checkpoint(), out: path.join(root, 'out'), precision: 'f16', ...own },
      { environment, pause: 1 },
    );
  };
  const onHub =
    (change: (hub: LocalHub) => unknown): (() => Promise<unknown>) =>
    async () => {
      const hub = await LocalHub.start();
      const folder = checkpoint();
      hub.files.set(
        ID,
        new Map(fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name))])),
      );
      const environment = { HF_ENDPOINT: hub.url };
      try {
        await change(hub);
        return await run({ source: ID }, environment);
      } finally {
        hub.stop();
      }
    };
  const messages: Record<string, Omit<ImportMessage, 'code'>> = {
    'an architecture that there is not': {
      says: /no architecture “bert”/,
      trigger: () => run({ architecture: 'bert' }),
    },
    'a name on two lines': { says: /The name "a\\nb"/, trigger: () => run({ name: 'a\nb' }) },
    'no folder to import from': { says: /no folder .*nowhere/, trigger: () => run({ source: '/nowhere' }) },
    'a file where the bundle should be': {
      says: /is a file; the bundle needs a folder/,
      trigger: () => run({ out: path.join(checkpoint(), 'config.json') }),
    },
    'a folder that is full already': { says: /is not empty/, trigger: () => run({ out: checkpoint() }) },
    'a model that may be several': {
      says: /does not say which network this is/,
      trigger: () =>
        run({
          source: checkpoint(({ config }) =>
            Object.assign(config, { model_type: 'qwen2', architectures: ['Qwen2ForCausalLM'] }),
          ),
        }),
    },
    'another import into the same folder': {
      says: /Another import/,
      trigger: () => {
        const out = path.join(temporaryFolder(), 'out');
        fs.mkdirSync(`${out}.unfinished`);
        const state = JSON.stringify({ process: process.ppid, of: '', weights: [] });
        fs.writeFileSync(path.join(`${out}.unfinished`, 'unfinished.json'), state);
        return run({ out });
      },
    },
    'a disk that is full': { says: /The disk is full/, trigger: () => whileFull('.unfinished', () => run()) },
    'a disk that is full of what was downloaded': {
      says: /could not be downloaded: the disk is full/,
      trigger: () =>
        whileFull(
          '.part',
          onHub(() => undefined),
        ),
    },
    'a disk that has no room for the weights': {
      says: /The weights need 51 MB .* where 0 MB are free/,
      trigger: async () => {
        const own = fsp.statfs;
        fsp.statfs = (() => Promise.resolve({ bavail: 0, bsize: 4096 })) as unknown as typeof own;
        try {
          await onHub(() => undefined)();
        } finally {
          fsp.statfs = own;
        }
      },
    },
    'a hub that is not to be asked': {
      says: /HF_HUB_OFFLINE is set/,
      trigger: () => run({ source: ID }, { HF_HUB_OFFLINE: '1' }),
    },
    'a hub without an address': {
      says: /HF_ENDPOINT is “nowhere”/,
      trigger: () => run({ source: ID }, { HF_ENDPOINT: 'nowhere' }),
    },
    'a hub that is none': {
      says: /answers in a way that is not understood/,
      trigger: () => runAgainstAnother(run),
    },
    'a model that the hub does not have': { says: /\(404\)/, trigger: onHub((hub) => hub.files.clear()) },
    'a hub that is not there': { says: /could not be asked/, trigger: onHub((hub) => hub.stop()) },
    'a download that comes to nothing': {
      says: /could not be downloaded: .*503/,
      trigger: onHub((hub) => hub.misbehaves.set('model.safetensors', Array<'busy'>(9).fill('busy'))),
    },
    'a process that ends in the midst of it': {
      says: /did not finish/,
      trigger: () => {
        const script = path.join(temporaryFolder(), 'script.js');
        fs.writeFileSync(script, 'process.kill(process.pid, "SIGKILL")');
        return importInChild(script, { source: checkpoint(), out: `${script}.out`, precision: 'f16' });
      },
    },
  };
  return Object.fromEntries(
    Object.entries(messages).map(([name, message]) => [name, { code: 'import-refused', ...message }]),
  );
}

function checkpoint(change: (checkpoint: TestCheckpoint) => unknown = () => undefined): string {
  const folder = path.join(temporaryFolder(), 'Tiny');
  const made = tinyCheckpoint();
  change(made);
  writeCheckpoint(folder, made);
  return folder;
}

/** Nobody but root can have a disk that is full; its error, where files with the ending are written. */
async function whileFull(part: string, run: () => Promise<unknown>): Promise<unknown> {
  const own = fsp.open;
  fsp.open = (file, ...rest) =>
    String(file).includes(part) && !String(file).endsWith('.json.new')
      ? Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }))
      : own(file, ...rest);
  try {
    return await run();
  } finally {
    fsp.open = own;
  }
}

/** A server that is there, but no hub. */
async function runAgainstAnother(
  run: (own: Partial<ImportRequest>, environment: Record<string, string>) => Promise<unknown>,
): Promise<unknown> {
  const server = http.createServer((_, answer) =>
    answer.setHeader('content-type', 'application/json').end('{"a": 1}'),
  );
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const { port } = server.address() as AddressInfo;
    return await run({ source: ID }, { HF_ENDPOINT: `http://127.0.0.1:${port}` });
  } finally {
    server.close();
  }
}
