import assert from 'node:assert/strict';
import { once } from 'node:events';
import { remask } from '../../../src/demo/edits';
import type { Reply } from '../../../src/demo/messages';
import type { DemoRun } from '../../../src/demo/run';
import { canvasAt, withEdit } from '../../../src/demo/trace';
import type { Runtime } from '../../../src/engine/model/runtime/runtime';
import { engineOf, FakePage } from '../../support/demo/fake-page';
import { tinyRuntime } from '../../support/engine/tiny-runtime';
import { runOf } from '../../support/demo/traces';

describe('runs of the demo', function () {
  this.timeout(30_000);
  let runtime: Runtime;
  let page: FakePage;
  before(async () => (runtime = await tinyRuntime()));
  beforeEach(() => (page = new FakePage(engineOf(runtime))));
  after(() => runtime.predictor.dispose());

  const lastCanvas = ({ lanes }: DemoRun, lane = 0) => {
    const { steps } = lanes[lane]!;
    return canvasAt(steps, steps.length - 1);
  };

  for (const from of ['nothing', 'text'] as const) {
    const around = from === 'nothing' ? ['', ''] : ['let a = ', ';\n'];

    it(`run lanes one after the other (${from})`, async () => {
      const lanes = [
        { tokens: 4, label: '4 tokens' },
        { tokens: 6, label: '6 tokens', sampling: 'multinomial' as const },
      ];
      const run = await page.run({ ...runOf(lanes, around), from }, [0, 1]);
      for (const [lane, { tokens }] of lanes.entries()) {
        assert.equal(run.lanes[lane]!.steps[0]!.t, 1);
        assert.equal(run.lanes[lane]!.steps.at(-1)!.t, 0);
        assert.equal(lastCanvas(run, lane)[0]!.length, tokens);
        assert.ok(lastCanvas(run, lane)[0]!.every(({ alternatives }) => alternatives!.length > 0));
      }
      assert.deepEqual(
        page.messages.flatMap((message) => (message.type === 'lane-ended' ? [message.lane] : [])),
        [0, 1],
      );
    });

    it(`go on from a canvas that was changed (${from})`, async () => {
      const run = await page.run({ ...runOf([{ tokens: 5 }], around), from }, [0]);
      const [lane] = run.lanes;
      const at = lane!.steps.length - 1;
      const locked = lastCanvas(run).map((cells) => cells.map((cell) => ({ ...cell, locked: true })));
      const edited = withEdit(lane!.steps, at, remask(locked, { hole: 0, index: 2 }));
      const gone = await page.run({ ...run, lanes: [{ ...lane!, steps: edited }] }, [0]);
      assert.deepEqual(gone.lanes[0]!.steps.slice(0, edited.length), edited);
      assert.ok(gone.lanes[0]!.steps.length > edited.length);
      const texts = (of: DemoRun): string[] => lastCanvas(of)[0]!.map(({ text }) => text);
      assert.deepEqual(texts(gone).toSpliced(2, 1), texts(run).toSpliced(2, 1));
      assert.ok(lastCanvas(gone)[0]!.every((cell, i) => cell.locked === (i !== 2)));
      assert.ok(lastCanvas(gone)[0]![2]!.step >= edited.length);
    });
  }

  it('say why a lane ended, and leave the lanes after it', async () => {
    const run = await page.run(runOf([{ tokens: 100_000 }, { tokens: 2 }]), [0, 1]);
    assert.match(run.lanes[0]!.problem!, /100000 tokens/);
    assert.equal(run.lanes[1]!.steps.length, 0);
    const none = await page.run(runOf([{}], ['no hole']), [0]);
    assert.match(none.lanes[0]!.problem!, /\[MASK\]/);
  });

  it('stop when told to', async () => {
    page.once('step', () => page.runs.receive({ type: 'stop' }));
    const run = await page.run(runOf([{ tokens: 8 }]), [0]);
    assert.equal(run.lanes[0]!.problem, 'Stopped.');
    assert.notEqual(run.lanes[0]!.steps.at(-1)!.t, 0);
  });

  it('are told again to a page that was loaded again, until it has kept them', async () => {
    const run = await page.run(runOf([{ tokens: 3 }]), [0]);
    page.messages.length = 0;
    page.runs.receive({ type: 'ready' });
    const [again] = page.messages;
    assert.ok(again?.type === 'run' && !again.running);
    assert.deepEqual(again.run.lanes, run.lanes);
    page.runs.receive({ type: 'seen' });
    page.messages.length = 0;
    page.runs.receive({ type: 'ready' });
    assert.deepEqual(page.messages, []);
  });

  it('score texts, with the alternatives of each token', async () => {
    const answered = once(page, 'answer') as Promise<[{ id: number; answer: Reply }]>;
    const texts = [{ prefix: 'let ', text: 'a = b', suffix: ';' }];
    page.runs.receive({ type: 'ask', id: 7, question: { ask: 'score', texts } });
    const [{ id, answer }] = await answered;
    assert.equal(id, 7);
    assert.ok(answer.ask === 'score');
    assert.equal(answer.scored[0]!.tokens.map(({ text }) => text).join(''), 'a = b');
    assert.ok(answer.scored[0]!.tokens.every(({ alternatives }) => alternatives.length > 0));
  });

  it('take no message that the page never sends', () => {
    for (const message of [
      null,
      'run',
      { type: 'eval' },
      { type: 'run', run: {}, lanes: [0] },
      { type: 'stop', x: 1 },
    ])
      page.runs.receive(message);
    assert.equal(page.failures.length, 5);
    assert.deepEqual(page.messages, []);
  });

  it('say when a file could not be saved', async () => {
    const saved = once(page, 'saved') as Promise<[{ problem?: string }]>;
    page.runs.receive({ type: 'save', name: 'a.json', content: '' });
    assert.match((await saved)[0].problem!, /the disk is full/);
  });
});
