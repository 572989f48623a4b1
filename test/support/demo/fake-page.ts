import { EventEmitter, once } from 'node:events';
import { applyMessage, type LiveRun } from '../../../src/demo/apply-message';
import type { HostMessage } from '../../../src/demo/messages';
import { DemoRuns } from '../../../src/demo/runs';
import type { DemoRun } from '../../../src/demo/run';
import type { Engine } from '../../../src/engine/index';
import { fill } from '../../../src/engine/requests/fill';
import { generate } from '../../../src/engine/requests/generate';
import type { Runtime } from '../../../src/engine/model/runtime/runtime';
import { score } from '../../../src/engine/requests/score';

/** The engine itself, in this process, on a real network of random weights. */
export function engineOf(runtime: Runtime): Engine {
  const used: Partial<Engine> = {
    info: { bundle: 'tiny', precision: 'f32', provider: 'cpu' } as Engine['info'],
    fill: (request, { signal } = {}) => fill(runtime, request, signal),
    generate: (request, { signal } = {}) => generate(runtime, request, signal),
    score: (request, { signal } = {}) => score(runtime, request, signal),
  };
  return used as Engine;
}

/** A page, as far as its host can tell. */
export class FakePage extends EventEmitter {
  readonly messages: HostMessage[] = [];
  readonly failures: string[] = [];
  readonly runs: DemoRuns;

  constructor(engine: Engine) {
    super();
    this.runs = new DemoRuns(
      { run: (start) => start(engine), ask: (question) => question(engine) },
      {
        post: (message) => {
          this.messages.push(message);
          this.emit(message.type, message);
        },
        save: () => Promise.reject(new Error('the disk is full')),
        failed: (what, error) => this.failures.push(`${what}: ${String(error)}`),
      },
    );
  }

  /** Has lanes run, and puts together what came of it as the page does. */
  async run(run: DemoRun, lanes: readonly number[]): Promise<DemoRun> {
    this.messages.length = 0;
    const ended = once(this, 'ended');
    this.runs.receive({ type: 'run', run, lanes });
    await ended;
    return this.messages.reduce<LiveRun | undefined>(applyMessage, undefined)!.run;
  }
}
