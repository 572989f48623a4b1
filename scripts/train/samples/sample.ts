import {
  type Encode,
  encodeContext,
  forwardProcess,
  holeRows,
  layOut,
  type Layout,
  layOutNothing,
  reservedFor,
  SPECIAL_TOKENS,
  type Window,
} from '../../../src/engine/training';
import type { Random } from '../../../src/engine/index';
import {
  doubtVisible,
  drawPadding,
  masked,
  mergeMasks,
  padMasks,
  type Cell,
  type DoubtConfig,
  type ResizeConfig,
} from './cells';
import { cutHoles, type CharacterRange, type HoleShapes } from './hole-shapes';
import { maskRatio, type MaskRatioDraw } from './mask-ratio';

/** How samples are made; all shares are probabilities. */
export interface SampleConfig {
  /** Share of hole-shaped samples; the rest are uniform: the whole window is a hole. */
  readonly holeShare: number;
  readonly shapes: HoleShapes;
  /** Weights of 1, 2, 3, … holes in a hole-shaped sample. */
  readonly holeCounts: readonly number[];
  /** Most tokens of one hole. */
  readonly longestHole: number;
  /** Share of holes that reserve the smallest run of positions they fit in, as selections do; the rest any they fit in. */
  readonly smallestRun: number;
  /** Share of samples without a header. */
  readonly dropHeader: number;
  /** Share of samples without any context, the unconditional side of guidance. */
  readonly dropContext: number;
  /** Share of samples whose context is shorter than it could be. */
  readonly shortContext: number;
  /** How a sample's mask ratio is drawn. */
  readonly t: MaskRatioDraw;
  /** For validation: exactly this share of a sample's hole tokens is masked, one at least. */
  readonly exactT?: number;
  /** Token ids there are. */
  readonly vocabulary: number;
  /** The abilities that the last part of training adds. */
  readonly lastPhase: LastPhase;
}

export interface LastPhase {
  /** Share of the run's steps, at its end; 0: it is left out. */
  readonly share: number;
  /** Step after which it begins, instead. */
  readonly from?: number;
  readonly resize: ResizeConfig;
  readonly doubt: DoubtConfig;
}

/** One training sample: rows of the network's input, and which of them are predicted. */
export interface Sample {
  /** [N] context, then hole rows, masks in place. */
  readonly ids: Int32Array;
  readonly positions: Int32Array;
  /** Rows before this one are context, the rest hole. */
  readonly contextRows: number;
  /** Rows that are predicted (the masked ones, and visible ones that are doubted), and what is wanted there. */
  readonly predicted: readonly { readonly row: number; readonly target: number; readonly share: number }[];
  /** Mask ratio, and the number of tokens equation 5 divides by. */
  readonly t: number;
  readonly holeTokens: number;
}

/** A piece of a document around an anchor, long enough that its ends lie outside any window. */
export interface Excerpt {
  readonly path: string;
  readonly text: string;
  readonly anchor: number;
}

// How far from the anchor the other holes of a sample may lie, in characters.
const REACH = 700;

/**
 * Builds a sample by the very code that builds a request: holes are cut at characters, header, prefix, holes, the texts
 * between them and suffix are tokenised separately, every hole reserves its run of positions and is closed by `[END]`.
 *
 * @param u uniform in [0, 1), the sample's place in the batch's stratified draw of t
 * @param late whether it is for the last part of training
 * @returns undefined where the excerpt holds nothing to learn from
 */
export function buildSample(
  excerpt: Excerpt,
  encode: Encode,
  window: Window,
  config: SampleConfig,
  u: number,
  random: Random,
  late = false,
): Sample | undefined {
  const settings: Settings = { encode, window, config, u, random, late };
  return random.uniform() < config.holeShare
    ? holeSample(excerpt, settings)
    : uniformSample(excerpt, settings);
}

interface Settings {
  readonly encode: Encode;
  readonly window: Window;
  readonly config: SampleConfig;
  readonly u: number;
  readonly random: Random;
  readonly late: boolean;
}

function uniformSample({ text, anchor }: Excerpt, settings: Settings): Sample | undefined {
  const { encode, window } = settings;
  const newline = text.lastIndexOf('\n', anchor - 1);
  const ids = encode(text.slice(newline + 1)).slice(0, window.rows);
  return ids.length === 0 ? undefined : mask(layOutNothing(), [{ ids }], settings);
}

function holeSample(excerpt: Excerpt, settings: Settings): Sample | undefined {
  const { encode, window, config, random, late } = settings;
  const { text, anchor, path } = excerpt;
  const count = 1 + random.weighted(config.holeCounts);
  const cut = cutHoles(text, anchor, REACH, count, config.shapes, random);
  const holes = keepWithinWindow(
    cut.map((range) => ({
      range,
      ids: encode(text.slice(range.start, range.end)),
      ...(late ? drawResize(config.lastPhase.resize, random) : {}),
    })),
    window,
    config,
    random,
  );
  if (holes.length === 0) return undefined;

  const rows = window.rows - holes.reduce((sum, hole) => sum + mostRows(hole) + 1, 0);
  const positions = window.positions - holes.reduce((sum, hole) => sum + hole.reserved, 0);
  const most = Math.min(rows, positions);
  const budget = random.uniform() < config.shortContext ? Math.floor(most * random.uniform()) : most;
  const prefixShare = 0.4 + 0.5 * random.uniform();
  const segments =
    random.uniform() < config.dropContext
      ? Array.from({ length: holes.length + 1 }, () => [])
      : contextSegments(
          encode,
          text,
          holes,
          budget,
          prefixShare,
          random.uniform() < config.dropHeader ? undefined : path,
        );
  if (!segments) return undefined;
  const layout = layOut(
    segments,
    holes.map((hole) => hole.reserved),
  );
  return mask(layout, holes, settings);
}

/** The text hidden by a hole, and the length of its canvas where that is another. */
interface Hidden {
  readonly ids: readonly number[];
  readonly merge?: boolean;
  /** Masks that are added to it. */
  readonly padding?: number;
}

function drawResize(config: ResizeConfig, random: Random): Pick<Hidden, 'merge' | 'padding'> {
  const kind = random.weighted([config.merged, config.padded, 1 - config.merged - config.padded]);
  if (kind === 0) return { merge: true };
  return kind === 1 ? { padding: drawPadding(config, random) } : {};
}

function mostRows({ ids, padding = 0 }: Hidden): number {
  return ids.length + padding;
}

interface CutHole extends Hidden {
  readonly range: CharacterRange;
}

/** Drops holes that are empty or too long, and those for which the window has no room left; chooses each one's G. */
function keepWithinWindow(
  holes: readonly CutHole[],
  window: Window,
  config: SampleConfig,
  random: Random,
): (CutHole & { readonly reserved: number })[] {
  // Half of both budgets at least is left to the context.
  let rows = Math.floor(window.rows / 2);
  let positions = Math.floor(window.positions / 2);
  return holes.flatMap((hole) => {
    const length = mostRows(hole);
    if (hole.ids.length === 0 || length > config.longestHole || length + 1 > rows) return [];
    const smallest = reservedFor(length, window);
    const fitting = window.reserved.filter(
      (size) => smallest !== undefined && size >= smallest && size <= positions,
    );
    if (fitting.length === 0) return [];
    // In use a selection reserves the smallest run, a hole of unknown length that of its limit.
    const reserved =
      random.uniform() < config.smallestRun ? fitting[0]! : fitting[random.integer(fitting.length)]!;
    rows -= length + 1;
    positions -= reserved;
    return [{ ...hole, reserved }];
  });
}

function contextSegments(
  encode: Encode,
  text: string,
  holes: readonly CutHole[],
  budget: number,
  prefixShare: number,
  path: string | undefined,
): number[][] | undefined {
  const between = holes.slice(1).map((hole, i) => text.slice(holes[i]!.range.end, hole.range.start));
  const prefix = text.slice(0, holes[0]!.range.start);
  const suffix = text.slice(holes.at(-1)!.range.end);
  return encodeContext(encode, { path, prefix, between, suffix }, budget, prefixShare);
}

function maskByChance(length: number, t: number, random: Random): { t: number; masked: boolean[] } {
  return { t, masked: forwardProcess(length, t, random) };
}

/** As many tokens as ⌈t · length⌉, at random places; the mask ratio is then what it says. */
function maskExactly(length: number, t: number, random: Random): { t: number; masked: boolean[] } {
  const count = Math.min(length, Math.max(1, Math.ceil(t * length)));
  const chosen = new Set(random.distinct(length, count));
  return { t: count / length, masked: Array.from({ length }, (_, i) => chosen.has(i)) };
}

function mask(layout: Layout, holes: readonly Hidden[], settings: Settings): Sample {
  const { config, u, random, late } = settings;
  const { exactT, vocabulary } = config;
  const { resize, doubt } = config.lastPhase;
  const holeTokens = holes.reduce((sum, { ids }) => sum + ids.length, 0);
  const { t, masked: hidden } =
    exactT === undefined
      ? maskByChance(holeTokens, maskRatio(config.t, u), random)
      : maskExactly(holeTokens, exactT, random);
  let token = 0;
  const nearby = [...layout.ids, ...holes.flatMap(({ ids }) => ids)].filter(
    (id) => id >= SPECIAL_TOKENS.length,
  );
  const canvas = holes.map(({ ids, merge, padding }): readonly Cell[] => {
    let cells = ids.map((id): Cell => (hidden[token++] ? masked(id) : { shown: id }));
    if (merge) cells = mergeMasks(cells, resize, random);
    if (padding !== undefined) cells = padMasks(cells, padding, { t, ...resize }, random);
    return late ? doubtVisible(cells, doubt, { t, nearby, vocabulary }, random) : cells;
  });
  const rows = holeRows(
    layout,
    canvas.map((cells) => cells.map(({ shown }) => shown)),
  );
  const contextRows = layout.ids.length;
  const predicted = canvas.flatMap((cells, hole) =>
    cells.flatMap(({ target, share = 1 }, i) =>
      target === undefined ? [] : [{ row: contextRows + rows.firstRows[hole]! + i, target, share }],
    ),
  );
  return {
    ids: concat(layout.ids, rows.ids),
    positions: concat(layout.positions, rows.positions),
    contextRows,
    predicted,
    t,
    holeTokens,
  };
}

function concat(a: Int32Array, b: Int32Array): Int32Array {
  const joined = new Int32Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
