import type { PredictorContext, PredictorRows } from '../predictor/mask-predictor';

/** A token of the text that the network is shown; its position is its place. */
interface Placed {
  /** The model's own id. */
  readonly token: number;
  readonly position: number;
  /** Of a hole's cell, which of the asked rows it is. */
  readonly row: number | undefined;
}

/** The whole text with one canvas in it, as the network is shown it. */
export interface ForeignText {
  readonly tokens: readonly number[];
  /** For each of the asked rows its place in the text; undefined for another canvas's, and for what the model has no token for. */
  readonly placeOf: ReadonlyMap<number, number>;
  /** Places that every step computes, ascending: holes, and where logits are found one place earlier also those before. */
  readonly fresh: readonly number[];
  /** The other places, ascending. */
  readonly kept: readonly number[];
}

export interface TextRules {
  /** The model's id for one of the engine's; undefined where it has none. */
  readonly tokenOf: (id: number) => number | undefined;
  readonly framing: { readonly before: readonly number[]; readonly behind: readonly number[] };
  readonly shift: boolean;
}

/** Puts the context and one canvas's rows into the text's order, and the framing around them. */
export function foreignText(
  context: PredictorContext,
  rows: PredictorRows,
  canvas: number,
  { tokenOf, framing, shift }: TextRules,
): ForeignText {
  const placed: Placed[] = [];
  const place = (id: number, position: number, row?: number): void => {
    const token = tokenOf(id);
    if (token !== undefined) placed.push({ token, position, row });
  };
  context.ids.forEach((id, i) => place(id, context.positions[i]!));
  rows.ids.forEach((id, row) => {
    if ((rows.canvases?.[row] ?? 0) === canvas) place(id, rows.positions[row]!, row);
  });
  placed.sort((a, b) => a.position - b.position);
  const holes = new Map<number, number>();
  placed.forEach(({ row }, i) => {
    if (row !== undefined) holes.set(row, framing.before.length + i);
  });
  const tokens = [...framing.before, ...placed.map(({ token }) => token), ...framing.behind];
  const isFresh = new Set([...holes.values()].flatMap((at) => (shift && at > 0 ? [at - 1, at] : [at])));
  const places = [...tokens.keys()];
  return {
    tokens,
    placeOf: holes,
    fresh: places.filter((at) => isFresh.has(at)),
    kept: places.filter((at) => !isFresh.has(at)),
  };
}
