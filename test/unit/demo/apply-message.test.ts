import assert from 'node:assert/strict';
import { once } from 'node:events';
import { applyMessage, type LiveRun } from '../../../src/demo/apply-message';
import { remask } from '../../../src/demo/edits';
import type { HostMessage } from '../../../src/demo/messages';
import { canvasAt, withEdit } from '../../../src/demo/trace';
import type { Runtime } from '../../../src/engine/model/runtime/runtime';
import { engineOf, FakePage } from '../../support/demo/fake-page';
import { runOf, traceOf } from '../../support/demo/traces';
import { tinyRuntime } from '../../support/engine/tiny-runtime';

/** Makes a value, and all in it, throw when it is changed. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

/** The run after messages, none of which and none of whose runs may be changed by applying it. */
function reduced(messages: readonly HostMessage[]): LiveRun | undefined {
  return messages.reduce<LiveRun | undefined>(
    (present, message) => frozen(applyMessage(present, frozen(structuredClone(message)))),
    undefined,
  );
}

describe('applyMessage', function () {
  this.timeout(30_000);
  let runtime: Runtime;
  let page: FakePage;
  before(async () => (runtime = await tinyRuntime()));
  beforeEach(() => (page = new FakePage(engineOf(runtime))));
  after(() => runtime.predictor.dispose());

  /** Asks the host for its run, as a page that was loaded again does. */
  const toldAgain = (): LiveRun | undefined => {
    const before = page.messages.length;
    page.runs.receive({ type: 'ready' });
    const [told, ...others] = page.messages.splice(before);
    assert.deepEqual(others, []);
    if (!told) return undefined;
    assert.ok(told.type === 'run');
    return { run: told.run, running: told.running };
  };

  it('gives the page the run that the host keeps, at every message of a stream', async () => {
    const seen = new Set<string>();
    for (const type of ['model', 'step', 'lane-ended', 'ended'] as const) {
      page.on(type, () => {
        seen.add(type);
        assert.deepEqual(reduced(page.messages), toldAgain());
      });
    }
    const run = await page.run(runOf([{ tokens: 4 }, { tokens: 6, sampling: 'multinomial' }]), [0, 1]);
    assert.equal(seen.size, 4);
    assert.deepEqual(
      run.lanes.map(({ steps }) => steps.at(-1)!.t),
      [0, 0],
    );
    assert.deepEqual(run.model, { bundle: 'tiny', precision: 'f32', provider: 'cpu' });
    assert.equal(reduced(page.messages)!.running, false);
  });

  it('gives both the same run where one is stopped, and one fails', async () => {
    page.once('step', () => page.runs.receive({ type: 'stop' }));
    const stopped = await page.run(runOf([{ tokens: 8 }, { tokens: 3 }]), [0, 1]);
    assert.deepEqual(
      stopped.lanes.map(({ problem }) => problem),
      ['Stopped.', undefined],
    );
    assert.deepEqual(toldAgain(), { run: stopped, running: false });
    const failed = await page.run(runOf([{ tokens: 100_000 }]), [0]);
    assert.match(failed.lanes[0]!.problem!, /100000 tokens/);
    assert.deepEqual(toldAgain(), { run: failed, running: false });
  });

  it('adds the steps of a run that goes on to those it has', async () => {
    const run = await page.run(runOf([{ tokens: 5 }]), [0]);
    const { steps } = run.lanes[0]!;
    const at = steps.length - 1;
    const edited = withEdit(steps, at, remask(canvasAt(steps, at), { hole: 0, index: 2 }));
    const gone = await page.run({ ...run, lanes: [{ ...run.lanes[0]!, steps: edited }] }, [0]);
    assert.deepEqual(gone.lanes[0]!.steps.slice(0, edited.length), edited);
    assert.ok(gone.lanes[0]!.steps.length > edited.length);
    assert.deepEqual(toldAgain(), { run: gone, running: false });
  });

  it('forgets a run that another has taken the place of', async () => {
    page.once('step', () => page.runs.receive({ type: 'run', run: runOf([{ tokens: 2 }]), lanes: [0] }));
    const ended = once(page, 'ended');
    page.runs.receive({ type: 'run', run: runOf([{ tokens: 9 }]), lanes: [0] });
    await ended;
    const { run } = reduced(page.messages)!;
    assert.equal(run.lanes[0]!.tokens, 2);
    assert.equal(run.lanes[0]!.problem, undefined);
    assert.equal(canvasAt(run.lanes[0]!.steps, Infinity)[0]!.length, 2);
  });

  it('changes nothing where there is no run, or no such lane', () => {
    const [step] = traceOf(['a']);
    assert.equal(reduced([{ type: 'step', lane: 0, step: step! }, { type: 'ended' }]), undefined);
    const live = frozen({ run: runOf([{}]), running: true });
    assert.deepEqual(applyMessage(live, { type: 'step', lane: 3, step: step! }), live);
    assert.deepEqual(applyMessage(live, { type: 'saved', name: 'a.json' }), live);
  });
});
