import type { Reply, Question } from '../messages';
import type { DemoRun } from '../run';
import { canvasAt, wholeBeforeEdit, type TraceCell } from '../trace';
import type { Scored } from '../../engine/index';
import type { HeatLane } from './page-state';
import { textsOf } from './pictures';

/**
 * The canvases of a run's final texts with each token's probability when it alone is masked, lane by lane; and of those
 * texts that the user has changed, as they were before.
 *
 * @throws Error with what the engine says against it
 */
export async function heatMap(
  run: DemoRun,
  ask: (question: Question) => Promise<Reply>,
): Promise<HeatLane[]> {
  const lanes = run.lanes.map(({ steps }) => {
    const before = wholeBeforeEdit(steps);
    return {
      canvas: canvasAt(steps, steps.length - 1),
      before: before === undefined ? undefined : canvasAt(steps, before),
    };
  });
  const canvases = lanes.flatMap(({ canvas, before }) => [canvas, ...(before ? [before] : [])]);
  const texts = canvases.map((canvas) => textsOf(run.around, canvas));
  // The engine scores no empty text, and there is nothing in it to be shown.
  const answer = await ask({ ask: 'score', texts: texts.flat().filter(({ text }) => text !== '') });
  if (answer.ask !== 'score') throw new Error(answer.ask === 'problem' ? answer.problem : 'No answer.');
  const scored = [...answer.scored];
  const heated = canvases.map((canvas, i) =>
    texts[i]!.map(({ text }, hole) => (text === '' ? [] : cellsOf(scored.shift()!, canvas[hole]!))),
  );
  return lanes.map(({ before }) => ({
    canvas: heated.shift()!,
    before: before && heated.shift(),
  }));
}

/** Scoring cuts a text into tokens anew: what was locked stays so only where the tokens are the same. */
function cellsOf({ tokens }: Scored, before: readonly TraceCell[]): TraceCell[] {
  const same = tokens.length === before.length && tokens.every(({ token }, i) => token === before[i]!.token);
  return tokens.map(({ token, text, probability, alternatives }, i) => ({
    token,
    text,
    masked: false,
    confidence: probability,
    step: same ? before[i]!.step : 0,
    locked: same && before[i]!.locked,
    alternatives,
  }));
}
