import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError, type Engine, type Likelihood } from '../../src/engine/index';
import { lastStep } from '../../src/cli/command-line/session';
import { freeAnswer, type TaskAnswer } from './figures';
import { emptyFills } from './floors';
import type { Journal } from './journal';
import { betweenOf, middlesOf, type Task } from './task';
import type { Way } from './ways';

/** A model that tasks are put to; what it has answered before comes from the journal. */
export class ModelRun {
  readonly #identity: readonly string[];

  constructor(
    readonly engine: Engine,
    private readonly journal: Journal,
    private readonly signal: AbortSignal,
  ) {
    const { bundleFolder, provider } = engine.info;
    const config = readFileSync(join(bundleFolder, 'config.json'));
    this.#identity = [createHash('sha256').update(config).digest('hex'), provider];
  }

  /** A request that does not fit into the model's window is answered with nothing. */
  async fill(task: Task, way: Way): Promise<TaskAnswer> {
    const request = await way.request(task, this.engine);
    const read = await way.read?.(task, this.engine);
    const question = [...this.#identity, 'fill', request, ...(read ? [read] : [])];
    const answer = await this.journal.answer(question, () =>
      unlessTooLarge(async (): Promise<TaskAnswer> => {
        if (read) await this.engine.readContext(read, { signal: this.signal });
        const last = await lastStep(this.engine.fill(request, { signal: this.signal }));
        const { texts, index, forwards, ms, candidates } = last;
        return {
          texts,
          steps: index,
          forwards,
          ms: Math.round(ms * 10) / 10,
          ...(candidates ? { candidates: candidates.map((candidate) => candidate.texts) } : {}),
        };
      }),
    );
    return answer ?? freeAnswer(emptyFills(task));
  }

  /** Undefined when the request does not fit. */
  async likelihood(task: Task, draws: number): Promise<Likelihood | undefined> {
    const { path, prefix, suffix } = task;
    const request = { path, prefix, between: betweenOf(task), suffix, middles: middlesOf(task), draws };
    const answer = await this.journal.answer([...this.#identity, 'likelihood', request], () =>
      unlessTooLarge(() => this.engine.likelihood(request, { signal: this.signal })),
    );
    return answer ?? undefined;
  }
}

/** Null, which a journal can hold, when the request does not fit. */
async function unlessTooLarge<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof EngineError && error.code === 'region-too-large') return null;
    throw error;
  }
}
