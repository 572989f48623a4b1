import type { Alternative, CellStart, TextToken } from '../engine/index';
import type { TraceCanvas, TraceCell } from './trace';

/** Which cell of a canvas. */
export interface HoleCell {
  readonly hole: number;
  readonly index: number;
}

/** Which cell of a lane's canvas. */
export interface LaneCell extends HoleCell {
  readonly lane: number;
}

/** The mask as a cell; its token id is never looked at. */
export const MASKED: TraceCell = { token: 1, text: '', masked: true, confidence: 0, step: -1, locked: false };

/** The canvas with other cells in place of one. */
function splice(canvas: TraceCanvas, { hole, index }: HoleCell, cells: readonly TraceCell[]): TraceCanvas {
  return canvas.map((present, i) =>
    i === hole ? [...present.slice(0, index), ...cells, ...present.slice(index + 1)] : present,
  );
}

function cellAt(canvas: TraceCanvas, { hole, index }: HoleCell): TraceCell | undefined {
  return canvas[hole]?.[index];
}

/** Locks a committed cell, or unlocks it. */
export function toggleLock(canvas: TraceCanvas, at: HoleCell): TraceCanvas {
  const cell = cellAt(canvas, at);
  return !cell || cell.masked ? canvas : splice(canvas, at, [{ ...cell, locked: !cell.locked }]);
}

/** Masks one cell again, locked or not. */
export function remask(canvas: TraceCanvas, at: HoleCell): TraceCanvas {
  return splice(canvas, at, [MASKED]);
}

/** Masks every cell again that is not locked and less probable than `below`. */
export function remaskBelow(canvas: TraceCanvas, below: number): TraceCanvas {
  return canvas.map((cells) =>
    cells.map((cell) => (!cell.masked && !cell.locked && cell.confidence < below ? MASKED : cell)),
  );
}

/** Puts another token into a cell and locks it there: the user has chosen it. */
export function choose(canvas: TraceCanvas, at: HoleCell, chosen: Alternative, step: number): TraceCanvas {
  const { token, text, probability } = chosen;
  const before = cellAt(canvas, at)?.alternatives;
  const alternatives = before && { alternatives: before };
  const cell = { token, text, masked: false, confidence: probability, step, locked: true, ...alternatives };
  return splice(canvas, at, [cell]);
}

/** Puts the tokens of a text that the user wrote in place of a cell, locked; no tokens take the cell away. */
export function write(
  canvas: TraceCanvas,
  at: HoleCell,
  tokens: readonly TextToken[],
  step: number,
): TraceCanvas {
  const cells = tokens.map(({ token, text }) => ({
    token,
    text,
    masked: false,
    confidence: 1,
    step,
    locked: true,
  }));
  return splice(canvas, at, cells);
}

/** A canvas as the engine starts from it, to go on. */
export function startOf(canvas: TraceCanvas): CellStart[][] {
  return canvas.map((cells) =>
    cells.map(({ token, masked, locked, confidence }) =>
      masked ? { token: null } : { token, locked, confidence },
    ),
  );
}
