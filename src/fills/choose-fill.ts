import type { Candidate, FillRequest, Step } from '../engine/index';
import type { SyntaxTree } from '../syntax/syntax-tree';
import { faultOf, isTooLittle, type Fault, type HolesOfText } from './faults';
import { withoutLastBreak } from './filled-part';

/** The fill that is put in. */
export interface ChosenFill {
  /** The last step, with the texts and cells of the fill; its cost is that of all requests. */
  readonly step: Step;
  /** Its fault, where no candidate was without fault. */
  readonly fault?: Fault;
}

type Filling = Pick<Candidate, 'texts' | 'holes'>;

/** The time that a fill without fault may take, in times of the first one. */
const MOST_TIMES = 4;
const FURTHER = 3;
/** Mean probability of a token, 0–1. */
const SURE = 0.8;

/**
 * Chooses the fill that is put in: the likeliest candidate without fault. Where there is none, further ones are asked
 * of the engine; where none of these is without fault either, it is the likeliest.
 *
 * @param first the last step of the request
 * @param ask runs another request to its last step
 */
export async function chooseFill(
  first: Step,
  request: FillRequest,
  holes: HolesOfText,
  tree: SyntaxTree | undefined,
  ask: (request: FillRequest, signal: AbortSignal) => Promise<Step>,
  signal: AbortSignal,
): Promise<ChosenFill> {
  const asPutIn = <T extends Pick<Candidate, 'texts'>>(candidate: T): T => ({
    ...candidate,
    texts: candidate.texts.map((text, hole) => withoutLastBreak(text, holes.texts[hole + 1]!)),
  });
  const firstStep = {
    ...asPutIn(first),
    ...(first.candidates ? { candidates: first.candidates.map((candidate) => asPutIn(candidate)) } : {}),
  };
  if (isBlank(firstStep)) return { step: firstStep };
  // Other draws would not know more.
  if (isTooLittle(holes) && confidenceOf(first) < SURE) return { step: firstStep, fault: 'too-little' };
  const fault = await faultOf(firstStep.texts, holes, tree);
  if (!fault) return { step: firstStep };
  const known = await withoutFault(firstStep.candidates ?? [], holes, tree);
  if (known) return { step: { ...firstStep, ...known } };
  const further = await askFurther(firstStep, request, ask, signal);
  if (!further) return { step: firstStep, fault };
  const cost = { forwards: first.forwards + further.forwards, ms: first.ms + further.ms };
  const others: readonly Filling[] = further.candidates ?? [further];
  const better = await withoutFault(
    others.map((other) => asPutIn(other)),
    holes,
    tree,
  );
  if (!better) return { step: { ...firstStep, ...cost }, fault };
  return { step: { ...firstStep, ...cost, texts: better.texts, holes: better.holes } };
}

async function withoutFault(
  candidates: readonly Filling[],
  holes: HolesOfText,
  tree: SyntaxTree | undefined,
): Promise<Filling | undefined> {
  for (const { texts, holes: cells } of candidates) {
    if (!isBlank({ texts }) && !(await faultOf(texts, holes, tree))) return { texts, holes: cells };
  }
  return undefined;
}

/** Candidates that are drawn, so that none need be the one that is known; undefined where they take too long. */
async function askFurther(
  { ms }: Step,
  request: FillRequest,
  ask: (request: FillRequest, signal: AbortSignal) => Promise<Step>,
  signal: AbortSignal,
): Promise<Step | undefined> {
  const late = AbortSignal.timeout(Math.ceil((MOST_TIMES - 1) * ms));
  const drawn = request.sampling === 'multinomial' ? {} : { temperature: 0.7, topP: 0.95 };
  const further: FillRequest = {
    ...request,
    ...drawn,
    sampling: 'multinomial',
    seed: (request.seed ?? 0) + 1,
    candidates: FURTHER,
  };
  try {
    return await ask(further, AbortSignal.any([signal, late]));
  } catch (error) {
    if (late.aborted && !signal.aborted) return undefined;
    throw error;
  }
}

/** The geometric mean of the predicted tokens' probabilities; 1 where none was predicted. */
function confidenceOf({ holes }: Step): number {
  const predicted = holes.flat().filter(({ step }) => step > 0);
  const sum = predicted.reduce((total, { confidence }) => total + Math.log(confidence), 0);
  return predicted.length === 0 ? 1 : Math.exp(sum / predicted.length);
}

function isBlank({ texts }: Pick<Candidate, 'texts'>): boolean {
  return texts.every((text) => text.trim() === '');
}
