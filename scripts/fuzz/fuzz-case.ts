import assert from 'node:assert/strict';
import { textAroundRegions } from '../../src/editor/document/around-regions';
import { completionToShow } from '../../src/completions/completion-to-show';
import { finishedLine } from '../../src/editor/completions/finished-line';
import {
  type Engine,
  EngineError,
  type EngineErrorCode,
  type FillRequest,
  type HoleRequest,
  lineEndingOf,
  Random,
  type Step,
  UNMASKING_ORDERS,
} from '../../src/engine/index';
import { filesBelow } from '../../src/syntax/node-files';
import { Runtime } from '../../src/syntax/runtime';
import { SyntaxTree } from '../../src/syntax/syntax-tree';
import { ROOT } from '../setup/paths';
import { randomDocument, type FuzzDocument } from './documents';

const RUNTIME = new Runtime(filesBelow(ROOT));

/** The outcome of a case; `refused`: a fill that is rightly refused, with a message that says why. */
export type FuzzKind = 'fill' | 'completion' | 'refused';

/**
 * Runs one case: everything about it follows from the seed.
 *
 * @throws whatever the engine throws, and AssertionError when a rule is broken
 */
export async function runFuzzCase(engine: Engine, seed: number): Promise<FuzzKind> {
  const random = new Random(seed);
  const document = randomDocument(random);
  if (random.uniform() < 0.5) return checkFill(engine, document, random);
  await checkCompletion(engine, document, random);
  return 'completion';
}

/** The document with its regions filled has everything else as it was, and the fills are text of the document's kind. */
async function checkFill(
  engine: Engine,
  { text, regions }: FuzzDocument,
  random: Random,
): Promise<'fill' | 'refused'> {
  const around = textAroundRegions(text, regions);
  const replaced = regions.map(({ start, end }) => text.slice(start, end));
  checkContext(text, { text, regions }, around, replaced);
  const holes = replaced.map((words): HoleRequest => randomHole(words, random));
  const request: FillRequest = {
    ...around,
    ...randomOptions(random),
    holes,
    maxTokens: 1 + random.integer(12),
  };
  const refusal = refusalOf(holes);
  let last: Step | undefined;
  try {
    for await (const step of engine.fill(request)) {
      assert.equal(step.texts.length, regions.length);
      assert.ok(step.t >= 0 && step.t <= 1);
      last = step;
    }
  } catch (error) {
    const refused = error instanceof EngineError && error.code === refusal;
    if (refused && last === undefined) return 'refused';
    throw error;
  }
  assert.ok(last?.done, 'the fill did not end');
  assert.equal(last.t, 0);
  const ending = lineEndingOf([around.prefix, ...around.between, around.suffix]);
  last.texts.forEach((fill, i) => {
    assert.ok(fill.isWellFormed(), 'half a character in a fill');
    checkEndings(fill, ending);
    checkKept(fill, holes[i]!, ending);
  });
  const filled = regions.reduceRight(
    (whole, { start, end }, i) => whole.slice(0, start) + last.texts[i]! + whole.slice(end),
    text,
  );
  checkOutside(text, filled, { text, regions }, last.texts);
  return 'fill';
}

/** Halves of characters cannot be kept; texts between holes may take more than a small model's window. */
function refusalOf(holes: readonly HoleRequest[]): EngineErrorCode | undefined {
  const kept = holes.flatMap(({ parts = [] }) => parts.filter((part) => typeof part === 'string'));
  if (kept.some((words) => !words.isWellFormed())) return 'bad-request';
  return holes.length > 1 ? 'region-too-large' : undefined;
}

/** The path of a ghost text: what is offered is text, of one line where the line has text. */
async function checkCompletion(engine: Engine, document: FuzzDocument, random: Random): Promise<void> {
  const { text } = document;
  const at = document.regions[0]!.start;
  const { prefix, suffix } = textAroundRegions(text, [{ start: at, end: at }]);
  const line = /[^\r\n]*$/.exec(prefix)![0] + /^[^\r\n]*/.exec(suffix)![0];
  const lineIsBlank = line.trim() === '';
  let fill = '';
  for await (const step of engine.fill({ ...randomOptions(random), prefix, suffix, maxTokens: 12 })) {
    const first = lineIsBlank ? undefined : finishedLine(step.holes[0]!);
    fill = first ?? step.texts[0]!;
    if (first !== undefined) break;
  }
  assert.ok(fill.isWellFormed(), 'half a character in a fill');
  using tree = await SyntaxTree.read(RUNTIME, { path: 'a.ts' }, prefix + suffix);
  const { text: offered } = await completionToShow({ prefix, suffix, text: fill, asked: true }, tree);
  assert.ok(
    fill.replace(/[ \t]+(?=\r?\n)/g, '').startsWith(offered),
    'a completion of other text than the model’s',
  );
  assert.ok(offered.isWellFormed(), 'half a character in a completion');
  if (!lineIsBlank) assert.doesNotMatch(offered, /[\r\n]/, 'a second line where the line has text');
}

function randomHole(replaced: string, random: Random): HoleRequest {
  const draw = random.uniform();
  if (draw < 0.4) return replaced === '' ? {} : { replaced };
  if (draw < 0.6) return { tokens: 1 + random.integer(8) };
  if (draw < 0.8)
    return { parts: [{ masks: 2 }, replaced, { masks: random.uniform() < 0.5 ? 1 : undefined }] };
  return {};
}

function randomOptions(random: Random): Partial<FillRequest> {
  const orders = UNMASKING_ORDERS;
  return {
    sampling: random.uniform() < 0.5 ? 'greedy' : 'multinomial',
    temperature: 0.1 + 2 * random.uniform(),
    order: orders[random.integer(orders.length)]!,
    steps: 1 + random.integer(4),
    threshold: random.uniform() < 0.5 ? 0 : 0.5,
    seed: random.uint32(),
    ...(random.uniform() < 0.5 ? { path: 'src/ünï\u202e/файл\ud83d.ts' } : {}),
  };
}

/** Checks that the engine gets the document's own text, cut only at its far ends. */
function checkContext(
  text: string,
  { regions }: FuzzDocument,
  { prefix, between, suffix }: { prefix: string; between: readonly string[]; suffix: string },
  replaced: readonly string[],
): void {
  const whole = replaced.reduce((sum, words, i) => sum + words + (between[i] ?? ''), prefix) + suffix;
  const start = regions[0]!.start - prefix.length;
  assert.ok(text.slice(start, start + whole.length) === whole, 'the context is not the document’s text');
}

function checkEndings(fill: string, ending: string): void {
  const endings = new Set(fill.match(/\r\n|\n|\r/g) ?? []);
  assert.ok(
    [...endings].every((found) => found === ending),
    `line endings ${JSON.stringify([...endings])}`,
  );
}

/** Words that the user wrote inside a hole stay, in the document's line ending. */
function checkKept(fill: string, { parts }: HoleRequest, ending: string): void {
  for (const part of parts ?? []) {
    if (typeof part !== 'string') continue;
    const kept = part.replace(/\r\n?/g, '\n').replaceAll('\n', ending);
    assert.ok(fill.includes(kept), `kept words ${JSON.stringify(kept)} are not in ${JSON.stringify(fill)}`);
  }
}

/** Byte for byte: every code unit of the document that is not in a region stands where it has to. */
function checkOutside(
  text: string,
  filled: string,
  { regions }: FuzzDocument,
  fills: readonly string[],
): void {
  let before = 0;
  let after = 0;
  regions.forEach(({ start, end }, i) => {
    const length = start - before;
    const same = bytesEqual(text, before, filled, after, length);
    assert.ok(same, `the text before hole ${i} has changed`);
    after += length + fills[i]!.length;
    before = end;
  });
  assert.equal(filled.length - after, text.length - before);
  assert.ok(
    bytesEqual(text, before, filled, after, text.length - before),
    'the text behind the last hole has changed',
  );
}

function bytesEqual(a: string, from: number, b: string, at: number, length: number): boolean {
  const bytes = (text: string, start: number): Buffer =>
    Buffer.from(text.slice(start, start + length), 'utf16le');
  return bytes(a, from).equals(bytes(b, at));
}
