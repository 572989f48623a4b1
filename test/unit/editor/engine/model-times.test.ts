import assert from 'node:assert/strict';
import { ModelTimes } from '../../../../src/editor/engine/model-times';

/** Keeps values as VS Code does, and counts how often it is told of them. */
class Memory {
  writes = 0;
  readonly #values = new Map<string, string>();
  #told: (() => void) | undefined;
  readonly written = new Promise<void>((resolve) => {
    this.#told = resolve;
  });

  get<T>(key: string, without?: T): T {
    const value = this.#values.get(key);
    return (value === undefined ? without : JSON.parse(value)) as T;
  }

  update(key: string, value: unknown): Promise<void> {
    this.writes++;
    this.#values.set(key, JSON.stringify(value));
    this.#told?.();
    return Promise.resolve();
  }
}

const CPU = { bundleFolder: '/models/one', provider: 'cpu' } as const;
const OTHER = { bundleFolder: '/models/other', provider: 'cpu' } as const;

describe('times of models', () => {
  let memory: Memory;
  let times: ModelTimes;
  beforeEach(() => {
    memory = new Memory();
    times = new ModelTimes(memory);
  });
  afterEach(() => times.save());

  it('are the median of the last requests, known at once', () => {
    assert.equal(times.of(CPU.bundleFolder), undefined);
    for (const ms of [900, 20.4, 30, 10]) times.add(CPU, ms);
    assert.deepEqual(times.of(CPU.bundleFolder), { provider: 'cpu', ms: 30 });
    for (let i = 0; i < 15; i++) times.add(CPU, 7);
    assert.deepEqual(times.of(CPU.bundleFolder), { provider: 'cpu', ms: 7 });
  });

  it('begin anew with another provider', () => {
    times.add(CPU, 900);
    times.add({ ...CPU, provider: 'cuda' }, 5);
    assert.deepEqual(times.of(CPU.bundleFolder), { provider: 'cuda', ms: 5 });
  });

  it('are written once for many requests, and only if there were any', async () => {
    for (let ms = 1; ms <= 100; ms++) times.add(CPU, ms);
    assert.equal(memory.writes, 0);
    await times.save();
    await times.save();
    assert.equal(memory.writes, 1);
    assert.deepEqual(new ModelTimes(memory).of(CPU.bundleFolder), { provider: 'cpu', ms: 93 });
  });

  it('are written after a while without being told to', async () => {
    const soon = new ModelTimes(memory, 1);
    soon.add(CPU, 12);
    await memory.written;
    assert.deepEqual(new ModelTimes(memory).of(CPU.bundleFolder), { provider: 'cpu', ms: 12 });
  });

  it('leave those of other windows', async () => {
    const window = new ModelTimes(memory);
    times.add(CPU, 12);
    window.add(OTHER, 34);
    await times.save();
    await window.save();
    assert.deepEqual(times.of(OTHER.bundleFolder), { provider: 'cpu', ms: 34 });
    assert.deepEqual(window.of(CPU.bundleFolder), { provider: 'cpu', ms: 12 });
  });
});
