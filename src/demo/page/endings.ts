import type { DemoLane, DemoRun } from '../run';

/** The lane with other steps; how it ended before is no longer true of it. */
export function withSteps({ label, sampling, tokens }: DemoLane, steps: DemoLane['steps']): DemoLane {
  return { label, sampling, tokens, steps };
}

/** Whether the model has decided every token. */
export function isDone({ steps }: DemoLane): boolean {
  return steps.length > 0 && steps.at(-1)!.t === 0;
}

/** How a run has ended, in a sentence. */
export function ending({ lanes }: DemoRun): string {
  const problem = lanes.find((lane) => lane.problem !== undefined)?.problem;
  if (problem !== undefined) return problem;
  const done = lanes.filter(isDone);
  const [first] = done;
  if (!first) return '';
  if (lanes.length > 1) return `Done: ${done.length} runs.`;
  const { forwards, ms } = first.steps.at(-1)!;
  return `Done: ${first.steps.length - 1} steps, ${forwards} forwards, ${Math.round(ms)} ms.`;
}
