import type { LiveRun } from '../apply-message';
import type { HostMessage } from '../messages';
import type { DemoLane, DemoRun } from '../run';

/** The lane with other steps; how it ended before is no longer true of it. */
export function withSteps({ label, sampling, tokens }: DemoLane, steps: DemoLane['steps']): DemoLane {
  return { label, sampling, tokens, steps };
}

/** True once the model has decided every token. */
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

/** A sentence for the page's status line. */
export interface Saying {
  readonly text: string;
  /** Something went wrong. */
  readonly problem: boolean;
}

/** Puts a message of the host into words, with the run as it is after it; undefined where there is nothing to say. */
export function sayingOf(message: HostMessage, live: LiveRun | undefined): Saying | undefined {
  if (message.type === 'saved')
    return { text: message.problem ?? `Saved as ${message.name}.`, problem: message.problem !== undefined };
  if (!live) return undefined;
  if (message.type === 'run') return { text: live.running ? 'Unmasking…' : ending(live.run), problem: false };
  if (message.type !== 'ended') return undefined;
  return { text: ending(live.run), problem: live.run.lanes.some(({ problem }) => problem !== undefined) };
}
