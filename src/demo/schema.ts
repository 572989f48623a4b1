import * as v from 'valibot';
import { FORMER_ORDER, presentOrder, REMASKINGS, SCHEDULES, UNMASKING_ORDERS } from '../engine/index';
import type { PageMessage } from './messages';
import { MOST_LANES, type DemoRun } from './run';
import type { TraceCell, TraceStep } from './trace';

/** More than any model here can make; a page that draws what a file says must not freeze. */
const MOST = { holes: 64, cells: 8192, steps: 5000, text: 1_000_000, alternatives: 64 };

const Text = v.pipe(v.string(), v.maxLength(MOST.text));
const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Amount = v.pipe(v.number(), v.finite(), v.minValue(0));
const Fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
function listOf<T extends v.GenericSchema>(item: T, most: number) {
  return v.pipe(v.array(item), v.maxLength(most));
}

const Cell: v.GenericSchema<unknown, TraceCell> = v.strictObject({
  token: Count,
  text: v.pipe(v.string(), v.maxLength(1000)),
  masked: v.boolean(),
  confidence: Fraction,
  step: v.pipe(v.number(), v.safeInteger(), v.minValue(-1)),
  locked: v.boolean(),
  alternatives: v.exactOptional(
    listOf(
      v.strictObject({ token: Count, text: v.pipe(v.string(), v.maxLength(1000)), probability: Fraction }),
      MOST.alternatives,
    ),
  ),
});

const Step: v.GenericSchema<unknown, TraceStep> = v.strictObject({
  t: Fraction,
  forwards: Count,
  ms: Amount,
  edited: v.boolean(),
  lengths: listOf(v.pipe(Count, v.maxValue(MOST.cells)), MOST.holes),
  changes: listOf(v.strictObject({ hole: Count, index: Count, cell: Cell }), MOST.cells),
});

/** Everything of a run, as a trace file has it and as the page sends it. */
export const RunSchema: v.GenericSchema<unknown, DemoRun> = v.strictObject({
  from: v.picklist(['nothing', 'text']),
  around: v.pipe(listOf(Text, MOST.holes + 1), v.minLength(1)),
  settings: v.strictObject({
    steps: Count,
    schedule: v.picklist(SCHEDULES),
    order: v.pipe(v.picklist([...UNMASKING_ORDERS, FORMER_ORDER]), v.transform(presentOrder)),
    threshold: Fraction,
    temperature: Amount,
    remasking: v.picklist(REMASKINGS),
    remaskingStrength: v.exactOptional(Fraction),
    seed: Count,
  }),
  lanes: v.pipe(
    listOf(
      v.strictObject({
        label: v.pipe(v.string(), v.maxLength(100)),
        sampling: v.picklist(['greedy', 'multinomial']),
        tokens: Count,
        steps: listOf(Step, MOST.steps),
        problem: v.exactOptional(Text),
      }),
      MOST_LANES,
    ),
    v.minLength(1),
  ),
  model: v.exactOptional(v.strictObject({ bundle: v.string(), precision: v.string(), provider: v.string() })),
});

/** The messages that a host accepts from a page. */
export const PageMessageSchema: v.GenericSchema<unknown, PageMessage> = v.variant('type', [
  v.strictObject({ type: v.literal('ready') }),
  v.strictObject({ type: v.literal('run'), run: RunSchema, lanes: listOf(Count, MOST_LANES) }),
  v.strictObject({ type: v.literal('stop') }),
  v.strictObject({ type: v.literal('seen') }),
  v.strictObject({
    type: v.literal('ask'),
    id: Count,
    question: v.variant('ask', [
      v.strictObject({
        ask: v.literal('score'),
        texts: listOf(v.strictObject({ prefix: Text, text: Text, suffix: Text }), MOST.holes),
      }),
      v.strictObject({ ask: v.literal('tokenize'), text: Text }),
    ]),
  }),
  v.strictObject({ type: v.literal('save'), name: v.string(), content: v.string() }),
]);
