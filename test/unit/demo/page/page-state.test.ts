import assert from 'node:assert/strict';
import { remask, toggleLock } from '../../../../src/demo/edits';
import {
  cutAt,
  edited,
  EMPTY_PAGE,
  lastPosition,
  received,
  undone,
  withRun,
  workOf,
} from '../../../../src/demo/page/page-state';
import { canvasAt } from '../../../../src/demo/trace';
import { runOf, traceOf } from '../../../support/demo/traces';

const RUN = runOf([
  { label: 'one', steps: traceOf(['a', 'b', 'c']), problem: 'Stopped.' },
  { label: 'two', steps: traceOf(['x']) },
]);
const SHOWN = { ...withRun(RUN), selected: { lane: 0, hole: 0, index: 1 } };

describe('the state of the page', () => {
  it('has a lane to work on where a token is chosen, or there is one lane alone', () => {
    assert.equal(workOf(EMPTY_PAGE, 0), undefined);
    assert.equal(workOf(withRun(RUN), 0), undefined);
    assert.equal(workOf(SHOWN, 2)!.lane.label, 'one');
    const alone = withRun({ ...RUN, lanes: [RUN.lanes[1]!] });
    assert.equal(workOf(alone, 99)!.position, 1);
    assert.equal(lastPosition(SHOWN), 3);
  });

  it('changes the canvas at the step shown, and takes that back', () => {
    const after = edited(SHOWN, 3, remask)!;
    const [lane, other] = after.state.live!.run.lanes;
    assert.equal(after.position, 4);
    assert.equal(lane!.problem, undefined);
    assert.deepEqual(
      canvasAt(lane!.steps, 4)[0]!.map(({ masked }) => masked),
      [false, true, false],
    );
    assert.equal(other, RUN.lanes[1]);
    const back = undone(after.state)!;
    assert.equal(back.state.live!.run, RUN);
    assert.equal(back.position, 3);
    assert.equal(undone(back.state), undefined);
  });

  it('drops the steps behind the one shown when the user changes it or has it gone on from', () => {
    const { state } = edited(SHOWN, 1, toggleLock)!;
    assert.equal(state.live!.run.lanes[0]!.steps.length, 3);
    const cut = cutAt(SHOWN, 1)!;
    assert.equal(cut.lane, 0);
    assert.equal(cut.run.lanes[0]!.steps.length, 2);
    assert.equal(cut.state.live!.run, cut.run);
  });

  it('changes nothing while a run is under way', () => {
    const running = received(SHOWN, { type: 'run', run: RUN, running: true });
    assert.equal(edited(running, 1, remask), undefined);
    assert.equal(cutAt(running, 1), undefined);
    assert.equal(undone({ ...running, before: [{ run: RUN, position: 0 }] }), undefined);
    assert.ok(edited(received(running, { type: 'ended' }), 1, remask));
  });

  it('keeps the chosen token when the host tells a run that has its lane', () => {
    const told = received(
      { ...SHOWN, heat: [], before: [{ run: RUN, position: 0 }] },
      { type: 'run', run: RUN, running: false },
    );
    assert.deepEqual(told, SHOWN);
    const fewer = { ...RUN, lanes: [RUN.lanes[1]!] };
    const second = { ...SHOWN, selected: { lane: 1, hole: 0, index: 0 } };
    assert.equal(received(second, { type: 'run', run: fewer, running: false }).selected, undefined);
  });
});
