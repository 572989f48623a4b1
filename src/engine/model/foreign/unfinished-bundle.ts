import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '../../contract/errors';
import type { BundleFile } from '../bundle/bundle-config';
import { isRunning } from '../runtime/is-running';

const STATE_FILE = 'unfinished.json';

interface State {
  /** Who writes here. */
  readonly process: number;
  /** Digest of what is being written. */
  readonly of: string;
  /** Weights files that are whole. */
  readonly weights: readonly BundleFile[];
}

/** A bundle on its way, in a folder beside its own: a run that is broken off leaves its whole weights files to the next. */
export class UnfinishedBundle {
  readonly folder: string;
  #weights: readonly BundleFile[] = [];

  private constructor(
    private readonly out: string,
    private readonly of: string,
  ) {
    this.folder = `${path.resolve(out)}.unfinished`;
  }

  /**
   * Takes over what an earlier run has left of the same, or begins anew.
   *
   * @param what everything that decides what is written, as JSON
   * @throws EngineError `import-refused` while another process writes there
   */
  static async open(out: string, what: unknown): Promise<UnfinishedBundle> {
    const of = createHash('sha256').update(JSON.stringify(what)).digest('hex');
    const bundle = new UnfinishedBundle(out, of);
    const left = await bundle.#read();
    // Where process ids are few, as in containers, one that was killed may have had this one's.
    if (left && left.process !== process.pid && isRunning(left.process)) {
      throw new EngineError(
        'import-refused',
        `Another import (process ${left.process}) is writing ${out}. Name another folder, or wait for it; if there is none, remove ${bundle.folder}.`,
      );
    }
    bundle.#weights = left?.of === of ? left.weights : [];
    await bundle.#keepOnlyWhole();
    await bundle.#save();
    return bundle;
  }

  /** Weights files that need not be written again. */
  get weights(): readonly BundleFile[] {
    return this.#weights;
  }

  /** Notes that a weights file is whole. */
  async add(file: BundleFile): Promise<void> {
    this.#weights = [...this.#weights, file];
    await this.#save();
  }

  /** Makes it the bundle. */
  async finish(): Promise<void> {
    await fs.rm(path.join(this.folder, STATE_FILE));
    await fs.rm(this.out, { recursive: true, force: true });
    await fs.rename(this.folder, this.out);
  }

  /** Leaves its whole weights files to the next run; nothing, where there are none. */
  async leave(): Promise<void> {
    if (this.#weights.length === 0) await this.remove();
    else await this.#keepOnlyWhole();
  }

  async remove(): Promise<void> {
    await fs.rm(this.folder, { recursive: true, force: true });
  }

  async #read(): Promise<State | undefined> {
    try {
      return JSON.parse(await fs.readFile(path.join(this.folder, STATE_FILE), 'utf8')) as State;
    } catch {
      return undefined;
    }
  }

  /** Goes by the size of the files alone: their content is checked with the whole bundle. */
  async #keepOnlyWhole(): Promise<void> {
    const stats = await Promise.all(
      this.#weights.map(({ name }) => fs.stat(path.join(this.folder, name)).catch(() => undefined)),
    );
    this.#weights = this.#weights.filter(({ bytes }, i) => stats[i]?.size === bytes);
    const kept = new Set([STATE_FILE, ...this.#weights.map(({ name }) => name)]);
    await fs.mkdir(this.folder, { recursive: true });
    for (const name of await fs.readdir(this.folder)) {
      if (!kept.has(name)) await fs.rm(path.join(this.folder, name), { recursive: true });
    }
  }

  async #save(): Promise<void> {
    const state: State = { process: process.pid, of: this.of, weights: this.#weights };
    const file = path.join(this.folder, STATE_FILE);
    await fs.writeFile(`${file}.new`, JSON.stringify(state));
    await fs.rename(`${file}.new`, file);
  }
}
