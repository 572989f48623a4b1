import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastStep, syntaxRuntime } from '../../src/cli/command-line/session';
import {
  EngineError,
  type Engine,
  type FillRequest,
  type Likelihood,
  type Step,
} from '../../src/engine/index';
import { chooseFill, type Written } from '../../src/fills/choose-fill';
import { weighed, type Weighable } from '../../src/fills/weigh';
import { SyntaxTree } from '../../src/syntax/syntax-tree';
import { freeAnswer, type TaskAnswer } from './figures';
import { emptyFills } from './floors';
import type { Journal } from './journal';
import { betweenOf, middlesOf, type Task } from './task';
import type { Way } from './ways';

const RUNTIME = syntaxRuntime();

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
    const first = await this.#ask(request, read);
    if (!first) return freeAnswer(emptyFills(task));
    return way.chosen ? this.#choose(task, first, request) : answerOf(first);
  }

  async #choose(task: Task, first: KeptStep, request: FillRequest): Promise<TaskAnswer> {
    const texts = [task.prefix, ...betweenOf(task), task.suffix];
    const holes = { texts, replaced: texts.slice(1).map(() => '') };
    using tree = await SyntaxTree.read(RUNTIME, { languageId: task.lang }, texts.join(''));
    const ask = async (further: FillRequest): Promise<KeptStep> => (await this.#ask(further))!;
    const likeliest = await weighed(first, this.engine.info.chooser, holes, tree);
    const { step, fault } = await chooseFill(likeliest, request, holes, tree, ask, this.signal);
    return { ...answerOf(step), ...(fault ? { fault } : {}) };
  }

  async #ask(request: FillRequest, read?: FillRequest): Promise<KeptStep | null> {
    const question = [...this.#identity, 'step', request, ...(read ? [read] : [])];
    return this.journal.answer(question, () =>
      unlessTooLarge(async () => {
        if (read) await this.engine.readContext(read, { signal: this.signal });
        return keptOf(await lastStep(this.engine.fill(request, { signal: this.signal })));
      }),
    );
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

/** As much of a last step as choosing and measuring take. */
interface KeptStep extends Written {
  readonly index: number;
  readonly candidates?: readonly (Weighable & NonNullable<Written['candidates']>[number])[];
}

function keptOf({ texts, index, forwards, ms, holes, candidates }: Step): KeptStep {
  const cells = (all: Step['holes']): KeptStep['holes'] =>
    all.map((hole) => hole.map(({ step, confidence }) => ({ step, confidence })));
  return {
    texts,
    index,
    forwards,
    ms: Math.round(ms * 10) / 10,
    holes: cells(holes),
    ...(candidates
      ? { candidates: candidates.map(({ starts: _, ...one }) => ({ ...one, holes: cells(one.holes) })) }
      : {}),
  };
}

function answerOf({ texts, index: steps, forwards, ms, candidates }: KeptStep): TaskAnswer {
  return {
    texts,
    steps,
    forwards,
    ms,
    ...(candidates ? { candidates: candidates.map((candidate) => candidate.texts) } : {}),
  };
}

/** Null, which a journal can hold, when the request does not fit. */
export async function unlessTooLarge<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof EngineError && error.code === 'region-too-large') return null;
    throw error;
  }
}
