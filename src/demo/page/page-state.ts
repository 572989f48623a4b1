import { applyMessage, withLane, type LiveRun } from '../apply-message';
import type { LaneCell } from '../edits';
import type { HostMessage } from '../messages';
import type { DemoLane, DemoRun } from '../run';
import { canvasAt, withEdit, type TraceCanvas } from '../trace';
import { withSteps } from './endings';

/** All that the page shows of a run but the step, which the playback knows. Changed by the functions below alone. */
export interface PageState {
  readonly live: LiveRun | undefined;
  /** The token that was chosen. */
  readonly selected: LaneCell | undefined;
  /** The heat map, lane by lane, where it is shown. */
  readonly heat: readonly HeatLane[] | undefined;
  /** The run before each change of the user's, newest last: where Undo goes. */
  readonly before: readonly RunAtStep[];
}

/** A lane's text as a heat map. */
export interface HeatLane {
  readonly canvas: TraceCanvas;
  /** The text before the user's last change of a whole one. */
  readonly before: TraceCanvas | undefined;
}

/** A run, and which of its steps is shown. */
export interface RunAtStep {
  readonly run: DemoRun;
  readonly position: number;
}

/** The lane that is worked on, as it is shown. */
export interface Work {
  readonly index: number;
  readonly lane: DemoLane;
  readonly position: number;
  readonly canvas: TraceCanvas;
}

export const EMPTY_PAGE: PageState = { live: undefined, selected: undefined, heat: undefined, before: [] };

/** The page with another run. */
export function withRun(run: DemoRun): PageState {
  return { ...EMPTY_PAGE, live: { run, running: false } };
}

/** The page after a message of its host. */
export function received(state: PageState, message: HostMessage): PageState {
  const live = applyMessage(state.live, message);
  if (message.type !== 'run') return { ...state, live };
  const { selected } = state;
  // Whoever goes on from a token stays there.
  const isThere = selected !== undefined && message.run.lanes.length > selected.lane;
  return { ...EMPTY_PAGE, live, selected: isThere ? selected : undefined };
}

/** The last position there is in a run. */
export function lastPosition({ live }: PageState): number {
  return Math.max(0, ...(live?.run.lanes.map(({ steps }) => steps.length - 1) ?? []));
}

/** The lane that is worked on: the one a token of which is chosen, or the only one. */
export function workOf({ live, selected, heat }: PageState, position: number): Work | undefined {
  const index = selected?.lane ?? 0;
  const lane = live?.run.lanes[index];
  if (!lane || lane.steps.length === 0 || (!selected && live.run.lanes.length > 1)) return undefined;
  const at = Math.min(position, lane.steps.length - 1);
  return { index, lane, position: at, canvas: heat?.[index]?.canvas ?? canvasAt(lane.steps, at) };
}

/** Changes a canvas at a cell; the change will be the trace's step of this number. */
export type Change = (canvas: TraceCanvas, cell: LaneCell, step: number) => TraceCanvas;

/**
 * Changes the canvas shown: the trace up to there is kept, and the change is its last step.
 *
 * @returns the page and the step to be shown; undefined where nothing can be changed
 */
export function edited(
  state: PageState,
  position: number,
  change: Change,
): { readonly state: PageState; readonly position: number } | undefined {
  const work = workOf(state, position);
  const { live, selected, before } = state;
  if (!work || !live || live.running) return undefined;
  const { index, canvas } = work;
  const step = work.position + 1;
  const changed = change(canvas, selected ?? { lane: index, hole: 0, index: 0 }, step);
  const run = withLane(live.run, index, (lane) =>
    withSteps(lane, withEdit(lane.steps, work.position, changed)),
  );
  return {
    state: {
      live: { ...live, run },
      selected,
      heat: undefined,
      before: [...before, { run: live.run, position }],
    },
    position: step,
  };
}

/** Takes the last change back; undefined where there is none. */
export function undone(
  state: PageState,
): { readonly state: PageState; readonly position: number } | undefined {
  const last = state.before.at(-1);
  if (!last || !state.live || state.live.running) return undefined;
  return {
    state: {
      ...state,
      live: { ...state.live, run: last.run },
      heat: undefined,
      before: state.before.slice(0, -1),
    },
    position: last.position,
  };
}

/**
 * Forgets the steps behind the one shown, for the model to go on from there.
 *
 * @returns the page, and which lane of its run is to be run; undefined where none can be
 */
export function cutAt(
  state: PageState,
  position: number,
): { readonly state: PageState; readonly run: DemoRun; readonly lane: number } | undefined {
  const work = workOf(state, position);
  const { live } = state;
  if (!work || !live || live.running) return undefined;
  const run = withLane(live.run, work.index, (lane) =>
    withSteps(lane, lane.steps.slice(0, work.position + 1)),
  );
  return { state: { ...state, live: { ...live, run } }, run, lane: work.index };
}
