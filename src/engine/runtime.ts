import type { CellView, Step } from './api';
import type { Canvas } from './diffusion/canvas';
import { type Slot } from './diffusion/canvas';
import { Random } from './diffusion/random';
import { runReverseProcess, type ReverseStep } from './diffusion/reverse-process';
import { EngineError } from './errors';
import { SPECIAL, type BundleConfig } from './model/bundle-config';
import type { ContextCache, MaskPredictor } from './model/mask-predictor';
import type { ReverseProcessSettings } from './request';
import { holeRows, type Layout } from './text/layout';
import { fromLf, type LineEnding } from './text/line-endings';
import type { Tokenizer } from './text/tokenizer';

/** What a request needs of the loaded model. */
export interface Runtime {
  readonly config: BundleConfig;
  readonly tokenizer: Tokenizer;
  readonly predictor: MaskPredictor;
}

/** One request on its way: where its canvas stands in the text, and what it has cost so far. */
export interface Run {
  readonly layout: Layout;
  readonly cache: ContextCache;
  readonly settings: ReverseProcessSettings;
  readonly ending: LineEnding;
  /** performance.now() when the request came. */
  readonly started: number;
  /** The predictor's forwards when the request came. */
  readonly forwardsBefore: number;
  readonly signal: AbortSignal | undefined;
}

/** @throws EngineError `cancelled` */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new EngineError('cancelled', 'The request was cancelled.');
}

/**
 * Runs the reverse process on a fresh canvas and reports every step, the all-masked start first. What is committed in
 * the end is valid UTF-8: tokens that leave a broken byte run are remasked and drawn again among the tokens that are
 * whole characters.
 */
export async function* unmask(
  runtime: Runtime,
  run: Run,
  canvas: Canvas,
): AsyncGenerator<Step, void, undefined> {
  const { settings } = run;
  const random = new Random(settings.seed);
  const wholeOnly = new Set<string>();
  const { unwritable, incomplete } = runtime.tokenizer;
  const unwritableOrIncomplete = [...unwritable, ...incomplete];
  const banned = (slot: Slot): readonly number[] =>
    wholeOnly.has(slotKey(slot)) ? unwritableOrIncomplete : unwritable;

  let remasked: Slot[] = [];
  let index = 0;
  yield view(runtime, run, canvas, { index, committed: [], remasked }, canvas.masked().length === 0);
  while (canvas.masked().length > 0) {
    const process = { ...settings, steps: settings.steps ?? canvas.masked().length, banned, random };
    const predict = (present: Canvas, masked: readonly Slot[]): Promise<Float32Array[]> => {
      throwIfCancelled(run.signal);
      return predictMasked(runtime, run, present, masked);
    };
    for await (const step of runReverseProcess(canvas, predict, process, index + 1)) {
      index = step.index;
      const filled = canvas.masked().length === 0;
      const broken = filled ? brokenSlots(runtime.tokenizer, canvas) : [];
      yield view(runtime, run, canvas, { ...step, remasked }, filled && broken.length === 0);
      remasked = broken;
    }
    for (const slot of remasked) {
      canvas.remask(slot);
      wholeOnly.add(slotKey(slot));
    }
  }
}

async function predictMasked(
  { config, predictor }: Runtime,
  { layout, cache }: Run,
  canvas: Canvas,
  masked: readonly Slot[],
): Promise<Float32Array[]> {
  const { vocabulary } = config.architecture;
  const rows = holeRows(layout, tokenIds(canvas));
  const wanted = Int32Array.from(masked, (slot) => rows.firstRows[slot.hole]! + slot.index);
  const logits = await predictor.predict(cache, { ids: rows.ids, positions: rows.positions, wanted });
  return masked.map((_, i) => logits.subarray(i * vocabulary, (i + 1) * vocabulary));
}

/** The holes' token ids, `[MASK]` where masked. */
export function tokenIds(canvas: Canvas): number[][] {
  return canvas.holes.map((cells) => cells.map((cell) => cell.token ?? SPECIAL.mask));
}

function brokenSlots(tokenizer: Tokenizer, canvas: Canvas): Slot[] {
  return tokenIds(canvas).flatMap((ids, hole) => tokenizer.brokenAt(ids).map((index) => ({ hole, index })));
}

function slotKey({ hole, index }: Slot): string {
  return `${hole}:${index}`;
}

function view(
  { tokenizer, predictor }: Runtime,
  run: Run,
  canvas: Canvas,
  { index, committed, remasked }: ReverseStep,
  done: boolean,
): Step {
  const holes = canvas.holes.map((cells) =>
    cells.map((cell): CellView => ({
      token: cell.token ?? SPECIAL.mask,
      text: cell.token === undefined ? '' : tokenizer.display(cell.token),
      masked: cell.token === undefined,
      confidence: cell.confidence,
      step: cell.step,
    })),
  );
  const texts = canvas.holes.map((cells) =>
    fromLf(
      tokenizer.decode(cells.flatMap((cell) => (cell.token === undefined ? [] : [cell.token]))),
      run.ending,
    ),
  );
  return {
    index,
    t: canvas.size === 0 ? 0 : canvas.masked().length / canvas.size,
    holes,
    committed,
    remasked,
    texts,
    forwards: predictor.forwards - run.forwardsBefore,
    ms: performance.now() - run.started,
    done,
  };
}
