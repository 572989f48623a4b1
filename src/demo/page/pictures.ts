import { MASKED, type HoleCell, type LaneCell } from '../edits';
import type { DemoLane, DemoRun } from '../run';
import { canvasAt, meanLogProbability, type TraceCanvas, type TraceCell } from '../trace';
import { doubtedSince } from './doubted';
import { workOf, type HeatLane, type PageState } from './page-state';

/** A lane as it is to be drawn. */
export interface LanePicture {
  /** Number of the run's lane; undefined for a text that is there to be compared, and cannot be changed. */
  readonly lane: number | undefined;
  readonly label: string;
  readonly around: readonly string[];
  readonly canvas: TraceCanvas;
  /** The canvas at the end, where it is known. */
  readonly final: TraceCanvas | undefined;
  /** Position in the trace, to tell which cells are fresh. */
  readonly position: number;
  readonly t: number;
  readonly figures: readonly (readonly [name: string, value: string])[];
  readonly problem: string | undefined;
  readonly selected: HoleCell | undefined;
  /** The best of several, by its score. */
  readonly best: boolean;
  readonly heat: boolean;
  /** For each hole the tokens that an edit has made improbable, and their probability before it. */
  readonly doubted: readonly ReadonlyMap<number, number>[];
}

/** The inspector as it is to be drawn. */
export interface InspectorPicture {
  readonly cell: TraceCell | undefined;
  /** Nothing can be changed while a run is under way. */
  readonly changeable: boolean;
  readonly canRemaskRest: boolean;
  readonly canUndo: boolean;
  readonly canGoOn: boolean;
}

/** Cells of a hole whose length the model will choose. */
const DEFAULT_PREVIEW = 8;
const MOST_PREVIEWED = 1024;

/** The start of a run, as far as can be told before the engine has looked at it. */
export function previewOf(request: DemoRun): DemoRun {
  const lanes = request.lanes.map((lane): DemoLane => {
    const length = lane.tokens > 0 && lane.tokens <= MOST_PREVIEWED ? lane.tokens : DEFAULT_PREVIEW;
    const lengths = request.around.slice(1).map(() => length);
    const changes = lengths.flatMap((cells, hole) =>
      Array.from({ length: cells }, (_, index) => ({ hole, index, cell: MASKED })),
    );
    return { ...lane, steps: [{ t: 1, forwards: 0, ms: 0, edited: false, lengths, changes }] };
  });
  return { ...request, lanes };
}

export interface Shown {
  readonly run: DemoRun;
  readonly position: number;
  readonly running: boolean;
  readonly selected: LaneCell | undefined;
  /** The heat map, where it is shown. */
  readonly heat: readonly HeatLane[] | undefined;
}

/** The lanes as they are to be drawn; a heat map of a text that was edited has the one before the edit beside it. */
export function picturesOf({ run, position, running, selected, heat }: Shown): LanePicture[] {
  const best = running ? undefined : bestLane(run);
  return run.lanes.flatMap((lane, i) => {
    const last = lane.steps.length - 1;
    const at = Math.min(position, last);
    const { canvas = canvasAt(lane.steps, at), before } = heat?.[i] ?? {};
    const picture: LanePicture = {
      lane: i,
      label: before ? `${lane.label}, after the edit` : lane.label,
      around: run.around,
      canvas,
      final: running || heat ? undefined : canvasAt(lane.steps, last),
      position: heat ? -1 : at,
      t: lane.steps[at]?.t ?? 1,
      figures: figuresOf(lane, at, canvas),
      problem: lane.problem,
      selected: selected?.lane === i ? selected : undefined,
      best: best === i && run.lanes.length > 2,
      heat: heat !== undefined,
      doubted: canvas.map((cells, hole) => doubtedSince(before?.[hole] ?? [], cells)),
    };
    if (!before) return [picture];
    const label = `${lane.label}, before the edit`;
    const figures = figuresOf(lane, at, before).filter(([name]) => name === 'mean log p');
    return [
      { ...picture, lane: undefined, label, canvas: before, figures, selected: undefined, doubted: [] },
      picture,
    ];
  });
}

/** The inspector as it is to be drawn. */
export function inspectorPictureOf(state: PageState, position: number): InspectorPicture {
  const { live, selected, before } = state;
  const work = workOf(state, position);
  const cells = work?.canvas.flat() ?? [];
  const running = live?.running === true;
  const changeable = !running && work !== undefined;
  return {
    cell: selected && work?.canvas[selected.hole]?.[selected.index],
    changeable,
    canRemaskRest: changeable && cells.some(({ masked, locked }) => !masked && !locked),
    canUndo: !running && before.length > 0,
    canGoOn: changeable && cells.some(({ masked }) => masked),
  };
}

function figuresOf({ steps }: DemoLane, at: number, canvas: TraceCanvas): LanePicture['figures'] {
  const step = steps[at];
  const score = meanLogProbability(canvas);
  return [
    ['t', step ? step.t.toFixed(2) : '–'],
    ['forwards', step ? String(step.forwards) : '–'],
    ['ms', step ? String(Math.round(step.ms)) : '–'],
    ['mean log p', score === undefined ? '–' : score.toFixed(2).replace('-', '−')],
  ];
}

/** The lane whose finished text the model finds likeliest. */
function bestLane({ lanes }: DemoRun): number | undefined {
  const scores = lanes.map(({ steps }) => {
    const done = steps.length > 0 && steps.at(-1)!.t === 0;
    return (done ? meanLogProbability(canvasAt(steps, steps.length - 1)) : undefined) ?? -Infinity;
  });
  const best = Math.max(...scores);
  return best === -Infinity ? undefined : scores.indexOf(best);
}

/** The texts of a canvas, each within what stands around it. */
export function textsOf(
  around: readonly string[],
  canvas: TraceCanvas,
): { prefix: string; text: string; suffix: string }[] {
  const texts = canvas.map((cells) => cells.map(({ text }) => text).join(''));
  const parts = around.flatMap((part, i) => (i === 0 ? [part] : [texts[i - 1] ?? '', part]));
  return texts.map((text, hole) => ({
    prefix: parts.slice(0, 2 * hole + 1).join(''),
    text,
    suffix: parts.slice(2 * hole + 2).join(''),
  }));
}
