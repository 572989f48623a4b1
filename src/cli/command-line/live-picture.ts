import { createLogUpdate } from 'log-update';
import { createColors } from 'picocolors';
import type { CellView, Step } from '../../engine/index';
import { lastStep } from './session';
import { visibleInline } from './visible-text';

type Colors = ReturnType<typeof createColors>;

/** The text beside a hole, on its line. */
export interface Surroundings {
  readonly before: string;
  readonly after: string;
}

const MASK = '░';
const SURE = 0.9;
const LIKELY = 0.5;
const MOST_SURROUNDINGS = 60;

/**
 * Runs a request to its end, redrawn in place at every step where standard output is a terminal that can do that; the
 * picture is gone when this returns.
 *
 * @returns the last step
 */
export async function runLive(
  steps: AsyncIterable<Step>,
  surroundings: readonly Surroundings[] = [],
): Promise<Step> {
  // `isTTY` is undefined, not false, on a pipe.
  const live = (process.stdout.isTTY as boolean | undefined) === true && process.env['TERM'] !== 'dumb';
  if (!live) return lastStep(steps);
  const picture = createLogUpdate(process.stdout);
  const colors = createColors();
  try {
    return await lastStep(steps, (step) => picture(drawStep(step, surroundings, colors)));
  } finally {
    picture.clear();
    picture.done();
  }
}

/** One hole a line, tokens coloured by the model's confidence, those of this step bold; then how far it is. */
export function drawStep(step: Step, surroundings: readonly Surroundings[], colors: Colors): string {
  const holes = step.holes.map((cells, hole) => {
    const { before, after } = surroundings[hole] ?? { before: '', after: '' };
    const drawn = cells.map((cell) => drawCell(cell, step.index, colors)).join('');
    return colors.dim(visibleInline(before)) + drawn + colors.dim(visibleInline(after));
  });
  const masked = Math.round(step.t * 100);
  return [...holes, colors.dim(`step ${step.index} · ${masked} % masked · ${Math.round(step.ms)} ms`)].join(
    '\n',
  );
}

function drawCell(cell: CellView, index: number, colors: Colors): string {
  if (cell.masked) return colors.dim(MASK);
  const text = visibleInline(cell.text);
  const { green, yellow, red } = colors;
  const colored = (cell.confidence >= SURE ? green : cell.confidence >= LIKELY ? yellow : red)(text);
  return cell.step === index ? colors.bold(colored) : colored;
}

/** The last line before each hole and the first after it, cut short; `texts` has one more than there are holes. */
export function surroundingsOf(texts: readonly string[]): Surroundings[] {
  return texts.slice(1).map((after, hole) => ({
    before: /[^\r\n]*$/.exec(texts[hole]!.slice(-MOST_SURROUNDINGS))![0],
    after: /^[^\r\n]*/.exec(after.slice(0, MOST_SURROUNDINGS))![0],
  }));
}
