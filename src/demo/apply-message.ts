import type { HostMessage } from './messages';
import type { DemoLane, DemoRun } from './run';

/** A run and how it stands: what the page and its host both keep of it. */
export interface LiveRun {
  readonly run: DemoRun;
  /** Steps are still to come. */
  readonly running: boolean;
}

/**
 * A run after a message of the host. The host applies each message that it sends and the page each that it receives,
 * so both know the same run. Pure.
 *
 * @param present undefined where no run is known
 */
export function applyMessage(present: LiveRun | undefined, message: HostMessage): LiveRun | undefined {
  if (message.type === 'run') return { run: message.run, running: message.running };
  if (!present) return undefined;
  switch (message.type) {
    case 'model':
      return { ...present, run: { ...present.run, model: message.model } };
    case 'step':
      return changeLane(present, message.lane, (lane) => ({ ...lane, steps: [...lane.steps, message.step] }));
    case 'lane-ended': {
      const { lane, problem } = message;
      return problem === undefined ? present : changeLane(present, lane, (ended) => ({ ...ended, problem }));
    }
    case 'ended':
      return { ...present, running: false };
    case 'answer':
    case 'saved':
      return present;
  }
}

/** The run with one lane changed; a lane that is not there changes nothing. */
export function withLane(run: DemoRun, index: number, change: (lane: DemoLane) => DemoLane): DemoRun {
  return { ...run, lanes: run.lanes.map((lane, i) => (i === index ? change(lane) : lane)) };
}

function changeLane(present: LiveRun, index: number, change: (lane: DemoLane) => DemoLane): LiveRun {
  return { ...present, run: withLane(present.run, index, change) };
}
