import type { FillRequest, HoleRequest, Step } from '../engine/index';
import { bracketsBetween } from '../syntax/endings';
import type { SyntaxTree } from '../syntax/syntax-tree';
import { isTooLittle, judgeOf, type Fault, type FaultOf } from './faults';
import type { HolesOfText } from './holes-of-text';
import { asPutIn } from './filled-part';
import { mendedFills } from './mended';
import { treeOfHoles } from './tree-of-holes';

/** The result of a request for a fill: its last step, or as much of it as choosing takes. */
export interface Written extends Pick<Step, 'texts' | 'forwards' | 'ms'> {
  readonly holes: readonly (readonly WrittenCell[])[];
  readonly candidates?: readonly Filling[];
}

type WrittenCell = Pick<Step['holes'][number][number], 'step' | 'confidence'>;

interface Filling {
  readonly texts: readonly string[];
  readonly holes: readonly (readonly WrittenCell[])[];
}

/** The fill that is put in. */
export interface ChosenFill<T extends Written = Step> {
  /** The last step, with the texts and cells of the fill; its cost is that of all requests. */
  readonly step: T;
  /** Its fault, where no candidate was without fault. */
  readonly fault?: Fault;
}

/** The time that a fill without fault may take, in times of the first one. */
const MOST_TIMES = 4;
/** So many more are drawn, one after the other. */
const FURTHER = 3;
const TEMPERATURE = 0.7;
/** Mean probability of a token, 0–1. */
const SURE = 0.8;
const WORD = /[\p{L}\p{N}]/u;

/**
 * Chooses the fill that is put in: the likeliest candidate without fault, or the first of them that a small change mends.
 * Where there is none, further ones are asked of the engine; where none of these is without fault either, it is the
 * likeliest, or nothing if it says nothing, or if there was too little to go on.
 *
 * @param first the last step of the request
 * @param ask runs another request to its last step
 */
export async function chooseFill<T extends Written>(
  first: T,
  request: FillRequest,
  holes: HolesOfText,
  tree: SyntaxTree | undefined,
  ask: (request: FillRequest, signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<ChosenFill<T>> {
  const whole = (request.holes ?? []).map(hasKept);
  const fitted = fittedTo(first, holes, whole);
  if (isBlank(fitted.texts)) return { step: fitted };
  using judging = tree && (await treeOfHoles(tree, holes, fitted.texts));
  const faultOf = judgeOf(holes, judging);
  const fault = await faultOf(fitted.texts);
  // Other draws would not know more.
  if (isTooLittle(holes) && confidenceOf(first) < SURE)
    return { step: fault || isEmptyText(holes) ? emptied(fitted) : fitted, fault: 'too-little' };
  if (!fault) return { step: fitted };
  const known = await bestOf(fitted, holes, faultOf, whole);
  if (known) return { step: { ...fitted, ...known } };
  let { forwards, ms } = first;
  const said: Filling[] = says(fitted) ? [fitted] : [];
  for await (const further of askFurther(first, request, ask, signal)) {
    forwards += further.forwards;
    ms += further.ms;
    const other = fittedTo(further, holes, whole);
    const better = await bestOf(other, holes, faultOf, whole);
    if (better) return { step: { ...fitted, ...better, forwards, ms } };
    if (says(other)) said.push({ texts: other.texts, holes: other.holes });
  }
  const best = said[0] ? { ...fitted, ...said[0] } : closesNothing(fitted, holes) ? emptied(fitted) : fitted;
  return { step: { ...best, forwards, ms }, fault: (await faultOf(best.texts)) ?? fault };
}

function says({ texts }: Filling): boolean {
  return texts.some((text) => WORD.test(text));
}

/** Brackets that close nothing are of no use to anybody. */
function closesNothing({ texts: fills }: Filling, { texts }: HolesOfText): boolean {
  return fills.every((_, hole) => {
    const [before, after] = [texts.slice(0, hole + 1).join(''), texts.slice(hole + 1).join('')];
    return bracketsBetween(before, after).closers === '';
  });
}

function isEmptyText({ texts, replaced }: HolesOfText): boolean {
  return isBlank([...texts, ...replaced]);
}

function emptied<T extends Written>(written: T): T {
  return { ...written, texts: written.texts.map(() => '') };
}

/** The first candidate without fault, else the first that can be mended. */
async function bestOf(
  written: Written,
  holes: HolesOfText,
  faultOf: FaultOf,
  whole: readonly boolean[],
): Promise<Filling | undefined> {
  const fillings: readonly Filling[] = written.candidates ?? [written];
  for (const { texts, holes: cells } of fillings) {
    if (!isBlank(texts) && !(await faultOf(texts))) return { texts, holes: cells };
  }
  for (const { texts, holes: cells } of fillings) {
    const fault = await faultOf(texts);
    const mends = fault ? mendedFills(texts, holes, fault) : [];
    const mended = await firstWhere(
      mends,
      async (other) =>
        other.every((text, hole) => !whole[hole] || text === texts[hole]) && !(await faultOf(other)),
    );
    if (mended) return { texts: mended, holes: cells };
  }
  return undefined;
}

/** Draws further ones, so that none need be the one that is known, as long as there is time. */
async function* askFurther<T extends Written>(
  { ms }: Written,
  request: FillRequest,
  ask: (request: FillRequest, signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const late = AbortSignal.timeout(Math.ceil((MOST_TIMES - 1) * ms));
  const drawn = request.sampling === 'multinomial' ? {} : { temperature: TEMPERATURE, topP: 0.95 };
  try {
    for (let i = 1; i <= FURTHER; i++) {
      const seed = (request.seed ?? 0) + i;
      const further: FillRequest = { ...request, ...drawn, sampling: 'multinomial', seed, candidates: 1 };
      yield await ask(further, AbortSignal.any([signal, late]));
    }
  } catch (error) {
    if (!late.aborted || signal.aborted) throw error;
  }
}

/** True for a hole with words that the user wants to stay: nothing of its fill is left out. */
function hasKept({ parts, cells }: HoleRequest): boolean {
  return (
    parts?.some((part) => typeof part === 'string') === true || cells?.some(({ locked }) => locked) === true
  );
}

/** @param whole holes whose fills stay as they are */
function fittedTo<T extends Written>(
  written: T,
  { texts: around }: HolesOfText,
  whole: readonly boolean[],
): T {
  const fit = <F extends Filling>(filling: F): F => ({
    ...filling,
    texts: filling.texts.map((text, hole) =>
      whole[hole] ? text : asPutIn(text, around[hole]!, around[hole + 1]!),
    ),
  });
  const { candidates } = written;
  return {
    ...fit(written),
    ...(candidates ? { candidates: candidates.map((candidate) => fit(candidate)) } : {}),
  };
}

async function firstWhere<T>(
  items: Iterable<T>,
  test: (item: T) => Promise<boolean>,
): Promise<T | undefined> {
  for (const item of items) if (await test(item)) return item;
  return undefined;
}

/** The geometric mean of the predicted tokens' probabilities; 1 where none was predicted. */
function confidenceOf({ holes }: Written): number {
  const predicted = holes.flat().filter(({ step }) => step > 0);
  const sum = predicted.reduce((total, { confidence }) => total + Math.log(confidence), 0);
  return predicted.length === 0 ? 1 : Math.exp(sum / predicted.length);
}

function isBlank(texts: readonly string[]): boolean {
  return texts.every((text) => text.trim() === '');
}
