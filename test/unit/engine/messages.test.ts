import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {
  type Engine,
  type EngineErrorCode,
  type FillRequest,
  type LoadOptions,
} from '../../../src/engine/index';
import { toEngineError } from '../../../src/engine/contract/errors';
import type { EngineClient } from '../../../src/engine/process/client';
import { temporaryFolder, tinyTokenizer, writeTinyBundle } from '../../../scripts/tiny-bundle/tiny-bundle';
import { TINY } from '../../../scripts/tiny-bundle/tiny-network';
import { importMessages } from '../../support/import/import-messages';
import { fillText, HOST, lastStep, withEngine, startEngine } from '../../support/engine/real-engine';

/** The advice that a message gives its reader. */
const WHAT_TO_DO =
  /Check the path|Get the (whole )?bundle again|Choose "auto"|Install the package|must (be|hold)|Select a smaller|Fill (fewer|regions)|Ask for fewer|try again|Restart the engine|load it again|Close other programs|report it|A plain bundle's graph maps|Make room|Allowed choices|Give |Check |Set it|Wait for it|Remove it|Name another|Look at the model card/;

interface Case {
  readonly code: EngineErrorCode;
  /** The event, as the message says it. */
  readonly says: RegExp;
  readonly trigger: () => Promise<unknown>;
}

/** Every message of the engine, each triggered in the real engine process unless it says otherwise. */
describe('every error message of the engine', function () {
  this.timeout(60_000);
  const root = temporaryFolder();
  const tiny = path.join(root, 'tiny');
  const seen: string[] = [];

  /** For the requests that are refused: one process answers them all. */
  let shared: EngineClient;
  before(async () => {
    await writeTinyBundle(tiny, 'f32');
    shared = await startEngine(tiny);
  });
  after(() => shared.dispose());

  let copies = 0;
  const copy = (): string => {
    const folder = path.join(root, `copy-${++copies}`);
    fs.cpSync(tiny, folder, { recursive: true });
    return folder;
  };
  const load = (folder: string, options: LoadOptions & { script?: string } = {}): Promise<void> =>
    withEngine(folder, () => Promise.resolve(), options);
  const using = (use: (engine: Engine) => Promise<unknown>): Promise<void> =>
    withEngine(tiny, async (engine) => {
      await use(engine);
    });
  const filling = (request: Partial<FillRequest>): Promise<string> =>
    fillText(shared, { prefix: '', suffix: '', ...request });
  /** As if the bundle had been made with this tokenizer. */
  async function withTokenizer(tokenizer: string): Promise<string> {
    const folder = copy();
    const { createHash } = await import('node:crypto');
    const file = path.join(folder, 'config.json');
    const config = JSON.parse(fs.readFileSync(file, 'utf8')) as {
      files: { tokenizer: Record<string, unknown> };
    };
    const sha256 = createHash('sha256').update(tokenizer).digest('hex');
    Object.assign(config.files.tokenizer, { bytes: Buffer.byteLength(tokenizer), sha256 });
    fs.writeFileSync(file, JSON.stringify(config));
    fs.writeFileSync(path.join(folder, 'tokenizer.json'), tokenizer);
    return folder;
  }
  /** The engine process's script where there is no ONNX Runtime. */
  function scriptAlone(): string {
    const script = path.join(root, 'alone', 'engine-host.js');
    fs.cpSync(HOST, script);
    return script;
  }
  async function killed(engine: Engine): Promise<void> {
    for await (const { index } of engine.generate({ tokens: 20 }))
      if (index === 1) process.kill((await engine.stats()).pid, 'SIGKILL');
  }

  const cases: Readonly<Record<string, Case>> = {
    'no folder': {
      code: 'bundle-missing',
      says: /There is no model bundle at .*no such folder/,
      trigger: () => load('/no/where'),
    },
    'a file missing': {
      code: 'bundle-missing',
      says: /has no weights\.bin/,
      trigger: () => {
        const folder = copy();
        fs.rmSync(path.join(folder, 'weights.bin'));
        return load(folder);
      },
    },
    'a file damaged': {
      code: 'bundle-damaged',
      says: /weights\.bin cannot be used: it has 100 bytes/,
      trigger: () => {
        const folder = copy();
        fs.truncateSync(path.join(folder, 'weights.bin'), 100);
        return load(folder);
      },
    },
    'somebody else’s graph that is of another form': {
      code: 'bundle-damaged',
      says: /The graph model\.onnx of toy cannot be used/,
      trigger: () => {
        const folder = copy();
        const file = path.join(folder, 'config.json');
        const { files } = JSON.parse(fs.readFileSync(file, 'utf8')) as { files: Record<string, unknown> };
        const { graph, tokenizer, weights } = files;
        const facts = { format: 1, kind: 'plain', name: 'toy', precision: 'f32', logitShift: false };
        const sizes = { vocabulary: TINY.vocabulary, window: { rows: 64 }, tokens: { mask: 1 } };
        const plain = { ...facts, ...sizes, files: { graph, tokenizer, data: [weights] } };
        fs.writeFileSync(file, JSON.stringify(plain));
        return load(folder);
      },
    },
    'another model’s tokenizer': {
      code: 'tokenizer-mismatch',
      says: /does not belong to this model: it has 299 tokens/,
      trigger: async () => load(await withTokenizer(tinyTokenizer(TINY.vocabulary - 1))),
    },
    'a tokenizer of an unknown form': {
      code: 'bundle-damaged',
      says: /The tokenizer .* cannot be read/,
      trigger: async () => {
        const json = JSON.parse(tinyTokenizer(TINY.vocabulary)) as Record<string, unknown>;
        return load(await withTokenizer(JSON.stringify({ ...json, pre_tokenizer: { type: 'Unheard' } })));
      },
    },
    'a provider that is not here': {
      code: 'provider-unavailable',
      says: /"(dml|coreml)" cannot be used here/,
      trigger: () => load(tiny, { provider: process.platform === 'darwin' ? 'dml' : 'coreml' }),
    },
    'no ONNX Runtime': {
      code: 'provider-unavailable',
      says: /ONNX Runtime cannot be loaded on/,
      trigger: () => load(tiny, { script: scriptAlone() }),
    },
    'a wrong option': {
      code: 'bad-request',
      says: /“threshold” must be .* not 7/,
      trigger: () => filling({ threshold: 7 }),
    },
    'half a character to be kept': {
      code: 'bad-request',
      says: /half characters/,
      trigger: () => filling({ holes: [{ parts: ['\ud83d', { masks: 1 }] }] }),
    },
    'nothing to measure': {
      code: 'bad-request',
      says: /“middles” must hold some text/,
      trigger: () => shared.likelihood({ prefix: 'a', suffix: 'b', middles: [''] }),
    },
    'a region too large': {
      code: 'region-too-large',
      says: /The region is 5000 tokens long/,
      trigger: () => filling({ holes: [{ tokens: 5000 }] }),
    },
    'regions too large together': {
      code: 'region-too-large',
      says: /The 20 regions together need more/,
      trigger: () =>
        filling({
          between: Array<string>(19).fill(''),
          holes: Array.from({ length: 20 }, () => ({ tokens: 12 })),
        }),
    },
    'too much text between regions': {
      code: 'region-too-large',
      says: /The text between the regions does not fit/,
      trigger: () => filling({ between: ['(;'.repeat(500)], maxTokens: 4 }),
    },
    'too much to generate': {
      code: 'region-too-large',
      says: /The model generates at most/,
      trigger: () => lastStep(shared.generate({ tokens: 5000 })),
    },
    'too much to score': {
      code: 'region-too-large',
      says: /leaves no room around it/,
      trigger: () => shared.score({ prefix: '', text: '(;'.repeat(500), suffix: '' }),
    },
    'a request that takes longer than it may': {
      code: 'too-late',
      says: /not done within 1 ms/,
      trigger: () => lastStep(shared.generate({ tokens: 100 }, { timeoutMs: 1 })),
    },
    'more requests at once than can be': {
      code: 'bad-request',
      says: /“together” must be a whole number from 1 to 64, not 100/,
      trigger: () => load(tiny, { together: 100 }),
    },
    'a process that ends': {
      code: 'engine-crashed',
      says: /The engine process stopped \(SIGKILL\)/,
      trigger: () => using(killed),
    },
    'a process that keeps ending': {
      code: 'engine-crashed',
      says: /stopped 3 times within a minute/,
      trigger: () =>
        using(async (engine) => {
          for (let i = 0; i < 3; i++) await killed(engine).catch(() => undefined);
          await engine.tokenize('a');
        }),
    },
    'an engine that was shut down': {
      code: 'engine-crashed',
      says: /has been shut down/,
      trigger: () =>
        using(async (engine) => {
          await engine.dispose();
          await engine.tokenize('a');
        }),
    },
    // Not in the process: it would have to run out of memory first, which faults.test.ts has it do.
    'no memory': {
      code: 'out-of-memory',
      says: /not enough memory/,
      trigger: () => Promise.resolve().then(() => new ArrayBuffer(Number.MAX_SAFE_INTEGER)),
    },
    // A mistake of the program, of whatever kind.
    ...importMessages(),
    'a failure that nobody has foreseen': {
      code: 'internal',
      says: /Unexpected failure in the engine: Cannot read properties of undefined/,
      trigger: () => Promise.resolve().then(() => (undefined as unknown as { call: () => void }).call()),
    },
  };

  for (const [name, { code, says, trigger }] of Object.entries(cases)) {
    it(`says what happened and what to do: ${name}`, async () => {
      await assert.rejects(trigger(), (thrown: unknown) => {
        const error = toEngineError(thrown);
        seen.push(error.message);
        assert.equal(error.code, code, error.message);
        assert.match(error.message, says);
        assert.match(error.message, WHAT_TO_DO);
        return true;
      });
    });
  }

  it('says that a request was cancelled; nobody is shown that', async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(shared.score({ prefix: '', text: 'a', suffix: '' }, { signal }), {
      code: 'cancelled',
    });
  });

  it('is listed here', () => {
    const sources = fs
      .readdirSync('src/engine', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => fs.readFileSync(path.join('src/engine', name), 'utf8'))
      .join('\n');
    const made = [...sources.matchAll(/new EngineError\(\s*'([a-z-]+)',\s*(?:`([^`$]*)|'([^']*)')/g)];
    assert.ok(made.length > 15);
    for (const [, code, template, text] of made) {
      // Those of code internal are told apart by programmers only; all of them say the same to do.
      if (code === 'cancelled' || code === 'internal') continue;
      const beginning = template ?? text!;
      assert.ok(
        seen.some((message) => message.startsWith(beginning)),
        `no test triggers “${beginning}…”`,
      );
    }
  });
});
