import type { Reply, Question } from '../messages';
import type { DemoRun } from '../run';
import { canvasAt, type TraceCanvas, type TraceCell } from '../trace';
import type { Scored } from '../../engine/index';
import { textsOf } from './pictures';

/**
 * The canvases of a run's final texts with each token's probability when it alone is masked, lane by lane.
 *
 * @throws Error with what the engine says against it
 */
export async function heatMap(
  run: DemoRun,
  ask: (question: Question) => Promise<Reply>,
): Promise<TraceCanvas[]> {
  const texts = textsOf(run);
  // The engine scores no empty text, and there is nothing in it to be shown.
  const answer = await ask({ ask: 'score', texts: texts.flat().filter(({ text }) => text !== '') });
  if (answer.ask !== 'score') throw new Error(answer.ask === 'problem' ? answer.problem : 'No answer.');
  const scored = [...answer.scored];
  return texts.map((holes, lane) => {
    const { steps } = run.lanes[lane]!;
    const canvas = canvasAt(steps, steps.length - 1);
    return holes.map(({ text }, hole) => (text === '' ? [] : cellsOf(scored.shift()!, canvas[hole]!)));
  });
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
