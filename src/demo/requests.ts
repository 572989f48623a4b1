import { type Engine, EngineError, type RunOptions, type Step } from '../engine/index';
import { startOf } from './edits';
import { HOLE_MARK, type DemoLane, type DemoRun } from './run';
import { canvasAt } from './trace';

/** Shown for each token that the model commits. */
const ALTERNATIVES = 6;

/** Starts a lane's reverse process, or goes on with it from the last step it has. */
export function startLane(
  engine: Engine,
  { from, around, settings }: DemoRun,
  { sampling, tokens, steps }: DemoLane,
  run: RunOptions,
): AsyncIterable<Step> {
  if (around.length < 2)
    throw new EngineError('bad-request', `Write ${HOLE_MARK} where the text has its hole.`);
  const { steps: mostSteps, ...rest } = settings;
  const options = {
    ...rest,
    sampling,
    alternatives: ALTERNATIVES,
    ...(mostSteps === 0 ? {} : { steps: mostSteps }),
  };
  const start = steps.length > 0 ? startOf(canvasAt(steps, steps.length - 1)) : undefined;
  if (from === 'nothing') {
    const [cells] = start ?? [];
    return engine.generate({ ...options, tokens: cells?.length ?? tokens, ...(cells && { cells }) }, run);
  }
  const holes = around
    .slice(1)
    .map((_, hole) => (start ? { cells: start[hole]! } : tokens === 0 ? {} : { tokens }));
  const text = { prefix: around[0]!, between: around.slice(1, -1), suffix: around.at(-1)! };
  // What is shown is the model's own work, from the first mask on.
  return engine.fill({ ...options, ...text, holes, drafts: false }, run);
}
