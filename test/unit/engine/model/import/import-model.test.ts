import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { ImportRequest } from '../../../../../src/engine/contract/importing';
import { importModel, type CheckedModel, type ImportRun } from '../../../../../src/engine/import';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { fillText, withEngine } from '../../../../support/engine/real-engine';
import { assertRefused } from '../../../../support/import/import-cases';
import { LocalHub, type Misbehaviour } from '../../../../support/import/local-hub';
import {
  IDS,
  randomTensor,
  tinyCheckpoint,
  TWO_SHARDS,
  writeCheckpoint,
  type Base,
  type TestCheckpoint,
} from '../../../../support/import/tiny-checkpoint';

const ID = 'somebody/Tiny-Dream';
const SHARDS = Object.keys(TWO_SHARDS) as [string, string];

describe('importing a model', function () {
  this.timeout(60_000);
  let root: string;
  let out: string;
  beforeEach(() => {
    root = temporaryFolder();
    out = path.join(root, 'out');
  });

  /** The folder of a checkpoint. */
  function checkpoint(change: (checkpoint: TestCheckpoint) => void = () => undefined, base?: Base): string {
    const folder = path.join(root, 'Tiny');
    const made = tinyCheckpoint(base);
    change(made);
    writeCheckpoint(folder, made, base ? {} : { shards: TWO_SHARDS });
    return folder;
  }
  const run = (
    own: Partial<ImportRequest> & { source: string },
    more: Partial<ImportRun> = {},
  ): Promise<CheckedModel> => importModel({ out, precision: 'f16', ...own }, { environment: {}, ...more });
  /** The names of all that lies beside the checkpoint. */
  const left = (): string[] => fs.readdirSync(root).filter((name) => name !== 'Tiny');

  describe('from a folder', () => {
    const networks: Record<
      string,
      { base?: Base; change?: (checkpoint: TestCheckpoint) => void; own?: Partial<ImportRequest> }
    > = {
      Dream: {},
      DreamOn: {
        change: ({ config }) =>
          Object.assign(config, { expand_token_id: IDS.expand, delete_token_id: IDS.delete }),
      },
      'Open-dCoder': {
        change: ({ config }) =>
          Object.assign(config, { model_type: 'qwen2', architectures: ['Qwen2ForCausalLM'] }),
        own: { architecture: 'open-dcoder' },
      },
      'Tiny-A2D': { base: 'qwen3', own: { precision: 'int8-blocks' } },
      CoDA: {
        base: 'qwen3',
        change: ({ config }) =>
          Object.assign(config, { model_type: 'CoDA', architectures: ['CoDALanguageModel'] }),
        own: { precision: 'int4-blocks' },
      },
      LLaDA: { base: 'llada' },
    };
    for (const [name, { base, change, own }] of Object.entries(networks)) {
      it(`fills with ${name}`, async () => {
        const { model } = await run({ source: checkpoint(change, base), ...own });
        assert.equal(model.tokens.mask, IDS.mask);
        assert.deepEqual(left(), ['out']);
        await withEngine(out, async (engine) => {
          assert.equal(engine.info.bundle, 'Tiny');
          const text = await fillText(engine, {
            prefix: 'def f(x):\n    return ',
            suffix: '\n',
            holes: [{ tokens: 3 }],
          });
          assert.equal(typeof text, 'string');
        });
      });
    }

    it('tells what was found, then how far it is', async () => {
      const seen: string[] = [];
      const card = '---\nlicense: mit\n---\n';
      await run(
        {
          source: checkpoint(({ files }) =>
            Object.assign(files, { 'README.md': card, LICENSE: 'MIT License' }),
          ),
          name: 'Mine',
        },
        {
          onChecked: ({ name, licence, parameters }) => seen.push(`${name} ${licence} ${parameters}`),
          onProgress: (phase, done, all) => seen.push(done === all ? `${phase} all` : phase),
        },
      );
      assert.deepEqual([seen[0], seen.at(-1)], ['Mine mit 109120', 'writing all']);
      const config = JSON.parse(fs.readFileSync(path.join(out, 'config.json'), 'utf8')) as Record<
        string,
        unknown
      >;
      assert.equal(config['licence'], 'mit');
      assert.equal(fs.readFileSync(path.join(out, 'LICENSE'), 'utf8'), 'MIT License');
      assert.equal(fs.readFileSync(path.join(out, 'README.md'), 'utf8'), card);
    });

    it('leaves nothing when a weight at the very end is wrong', async () => {
      const source = checkpoint(({ tensors }) => (tensors.get('lm_head.weight')!.data[17_000] = NaN));
      await assertRefused(run({ source }), [SHARDS[1], 'lm_head.weight', 'NaN']);
      assert.deepEqual(left(), []);
    });

    it('says which weight float16 cannot hold, and imports it otherwise', async () => {
      const source = checkpoint(({ tensors }) => {
        const { shape } = tensors.get('lm_head.weight')!;
        const tensor = randomTensor('BF16', shape, 1);
        tensor.data[5] = 1e20;
        tensors.set('lm_head.weight', tensor);
      });
      await assert.rejects(run({ source }), /lm_head\.weight.*float16.*int8-blocks/);
      assert.deepEqual(left(), []);
      await run({ source, precision: 'int8-blocks' });
    });

    it('leaves nothing when it is cancelled', async () => {
      const abort = new AbortController();
      const cancelled = run(
        { source: checkpoint() },
        { signal: abort.signal, onProgress: () => abort.abort() },
      );
      await assert.rejects(cancelled, { name: 'AbortError' });
      assert.deepEqual(left(), []);
    });

    it('takes away what a run that was killed has left of another model', async () => {
      const ended = execFileSync(process.execPath, ['-e', 'process.stdout.write(String(process.pid))'], {
        encoding: 'utf8',
      });
      fs.mkdirSync(`${out}.unfinished`);
      fs.writeFileSync(path.join(`${out}.unfinished`, 'weights-1.bin'), 'half');
      const state = (process: number): void =>
        fs.writeFileSync(
          path.join(`${out}.unfinished`, 'unfinished.json'),
          JSON.stringify({
            process,
            of: 'another',
            weights: [{ name: 'weights-1.bin', bytes: 4, sha256: '' }],
          }),
        );
      state(process.ppid);
      await assertRefused(run({ source: checkpoint() }), [`process ${process.ppid}`, out]);
      state(Number(ended));
      await run({ source: checkpoint() });
      assert.deepEqual(left(), ['out']);
    });

    it('leaves nothing on a full disk', async function () {
      const disk = path.join(root, 'disk');
      fs.mkdirSync(disk);
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk], { stdio: 'ignore' });
      } catch {
        this.skip(); // only who may mount one has a disk that is full
      }
      try {
        await assertRefused(run({ source: checkpoint(), out: path.join(disk, 'out') }), [
          'disk is full',
          'disk/out',
        ]);
        assert.deepEqual(fs.readdirSync(disk), []);
      } finally {
        execFileSync('umount', [disk]);
      }
    });

    it('does not write over what is there', async () => {
      fs.mkdirSync(out);
      fs.writeFileSync(path.join(out, 'mine.txt'), 'mine');
      await assertRefused(run({ source: checkpoint() }), [out, 'not empty']);
      await assertRefused(run({ source: checkpoint(), out: path.join(out, 'mine.txt') }), ['is a file']);
      await assertRefused(run({ source: checkpoint(), out: `${out}2`, architecture: 'bert' }), [
        'bert',
        'open-dcoder',
      ]);
      assert.equal(fs.readFileSync(path.join(out, 'mine.txt'), 'utf8'), 'mine');
    });
  });

  describe('from the hub', () => {
    let hub: LocalHub;
    beforeEach(async () => {
      hub = await LocalHub.start();
      publish(checkpoint());
    });
    afterEach(() => hub.stop());

    function publish(folder: string, id = ID): void {
      const names = fs.readdirSync(folder);
      hub.files.set(id, new Map(names.map((name) => [name, fs.readFileSync(path.join(folder, name))])));
    }
    const fetched = (
      source = ID,
      more: Partial<ImportRun> & { HF_TOKEN?: string } = {},
    ): Promise<CheckedModel> => {
      const { HF_TOKEN, ...own } = more;
      return run(
        { source },
        { environment: { HF_ENDPOINT: hub.url, ...(HF_TOKEN && { HF_TOKEN }) }, pause: 1, ...own },
      );
    };
    const content = (): (string | undefined)[] =>
      hub.requests
        .filter(({ path: one }) => one.startsWith('content:') && one.endsWith('.safetensors'))
        .map(({ range }) => range);

    it('resolves main to a commit and gets what is needed', async () => {
      hub.files.get(ID)!.set('pytorch_model.bin', Buffer.from('PK'));
      const { name, origin } = await fetched();
      assert.equal(name, 'Tiny-Dream');
      assert.equal(origin, `${ID}@${hub.commit}`);
      assert.deepEqual(left(), ['out']);
      assert.ok(hub.requests.every((request) => !request.path.includes('pytorch_model.bin')));
      assert.ok(
        hub.requests
          .filter(({ path: one }) => one.includes('/resolve/'))
          .every(({ path: one }) => one.includes(hub.commit)),
      );
      await withEngine(out, (engine) => {
        assert.equal(engine.info.bundle, 'Tiny-Dream');
        return Promise.resolve();
      });
    });

    it('hands the token to the hub, and not to who serves the files', async () => {
      hub.token = 'secret';
      await assertRefused(fetched(), ['401', 'HF_TOKEN']);
      await fetched(ID, { HF_TOKEN: 'secret' });
      const [own, others] = [true, false].map((where) =>
        hub.requests.slice(1).filter(({ path: one }) => one.startsWith('content:') !== where),
      );
      assert.ok(own!.every(({ authorization }) => authorization === 'Bearer secret'));
      assert.ok(others!.length > 1 && others!.every(({ authorization }) => authorization === undefined));
    });

    it('takes a version by its commit', async () => {
      assert.equal((await fetched(`${ID}@${hub.commit}`)).origin, `${ID}@${hub.commit}`);
      await assertRefused(
        run({ source: `${ID}@v2`, out: `${out}2` }, { environment: { HF_ENDPOINT: hub.url } }),
        ['404', 'v2'],
      );
    });

    const survived: Record<string, Misbehaviour[]> = {
      'a connection that breaks, again and again': ['stop', 'stop', 'stop'],
      'a server that is busy': ['busy', 'busy'],
      'a server that knows no ranges': ['stop', 'no-ranges'],
      'content that arrives damaged, once': ['damaged'],
    };
    for (const [name, misbehaviour] of Object.entries(survived)) {
      it(`gets over ${name}`, async () => {
        hub.misbehaves.set(SHARDS[1], [...misbehaviour]);
        await fetched();
        assert.deepEqual(left(), ['out']);
      });
    }

    const fatal: Record<string, { misbehaviour: Misbehaviour[]; says: string[] }> = {
      'content that is damaged twice': { misbehaviour: ['damaged', 'damaged'], says: ['checksum'] },
      'more than the hub names': { misbehaviour: ['too-much'], says: ['bytes'] },
      'less than the hub names': { misbehaviour: ['short'], says: ['100 bytes'] },
      'another range than was asked for': { misbehaviour: ['stop', 'wrong-range'], says: ['range'] },
      'a server that stays busy': { misbehaviour: Array<Misbehaviour>(9).fill('busy'), says: ['503'] },
    };
    for (const [name, { misbehaviour, says }] of Object.entries(fatal)) {
      it(`says that it got ${name}, and goes on in the next run`, async () => {
        hub.misbehaves.set(SHARDS[1], [...misbehaviour]);
        await assertRefused(fetched(), [SHARDS[1], ...says]);
        assert.deepEqual(left(), ['out.download']);
        hub.misbehaves.clear();
        const before = content().length;
        await fetched();
        assert.deepEqual(left(), ['out']);
        assert.equal(content().length, before + 1, 'the first shard was there already');
      });
    }

    it('goes on where it was cancelled', async () => {
      hub.misbehaves.set(SHARDS[0], ['stall']);
      const abort = new AbortController();
      const stalled = fetched(ID, {
        signal: abort.signal,
        onProgress: (_, done) => done > 0 && abort.abort(),
      });
      await assert.rejects(stalled, { name: 'AbortError' });
      assert.deepEqual(left(), ['out.download']);
      const part = path.join(`${out}.download`, hub.commit, `${SHARDS[0]}.part`);
      const { size } = fs.statSync(part);
      assert.ok(size > 0);
      await fetched();
      assert.ok(content().includes(`bytes=${size}-`));
    });

    it('begins anew when main has moved on', async () => {
      hub.misbehaves.set(SHARDS[1], ['too-much']);
      await assertRefused(fetched(), [SHARDS[1]]);
      hub.moveOn();
      const { origin } = await fetched();
      assert.equal(origin, `${ID}@${hub.commit}`);
      assert.ok(!content().some((range) => range !== undefined));
    });

    it('refuses what it cannot import before it gets the weights', async () => {
      const files = hub.files.get(ID)!;
      files.set('config.json', Buffer.from('{"model_type":"sdar"}'));
      await assertRefused(fetched(), ['config.json', 'sdar']);
      files.delete('config.json');
      await assertRefused(fetched(), ['config.json']);
      publish(checkpoint());
      files.delete(SHARDS[1]);
      hub.files.get(ID)!.delete(SHARDS[1]);
      await assertRefused(fetched(), [SHARDS[1], 'repository']);
      assert.deepEqual(content(), []);
      assert.deepEqual(left(), []);
    });

    it('does not ask the hub when it is told not to, or is not there', async () => {
      const environment = { HF_ENDPOINT: hub.url, HF_HUB_OFFLINE: '1' };
      await assertRefused(run({ source: ID }, { environment }), ['HF_HUB_OFFLINE']);
      await assertRefused(run({ source: ID }, { environment: { HF_ENDPOINT: 'nowhere' } }), ['HF_ENDPOINT']);
      assert.equal(hub.requests.length, 0);
      await assertRefused(fetched('no-such/model'), ['404', 'no-such/model']);
      const gone = { HF_ENDPOINT: hub.url };
      hub.stop();
      await assertRefused(run({ source: ID }, { environment: gone }), [ID, 'could not be asked']);
    });
  });
});
