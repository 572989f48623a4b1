import * as v from 'valibot';
import type { DemoLane, DemoRun } from './run';
import { RunSchema } from './schema';
import { applyStep, type TraceCell } from './trace';

const FORMAT = 'llada-trace';
const VERSION = 1;

/** Largest file that is read, bytes. */
export const MOST_TRACE_BYTES = 32 * 1024 * 1024;

/** Why a file is no trace; the message is for people. */
export class TraceFileError extends Error {
  override readonly name = 'TraceFileError';
}

/** A run as the text of a trace file: JSON, version 1. */
export function writeTraceFile(run: DemoRun): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, run })}\n`;
}

/**
 * Reads what {@link writeTraceFile} wrote.
 *
 * @throws TraceFileError that says where the file is wrong
 */
export function readTraceFile(text: string): DemoRun {
  const file = v.safeParse(v.looseObject({ format: v.literal(FORMAT), version: v.number() }), parse(text));
  if (!file.success)
    throw new TraceFileError('This file is not a LLaDA trace. Choose one that was saved from this page.');
  if (file.output.version !== VERSION) {
    throw new TraceFileError(
      `This trace has version ${file.output.version}; this page reads version ${VERSION}. Save it again with a page that fits.`,
    );
  }
  const schema = v.strictObject({ format: v.literal(FORMAT), version: v.literal(VERSION), run: RunSchema });
  const result = v.safeParse(schema, file.output, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    throw new TraceFileError(damagedAt(v.getDotPath(issue) ?? 'its top', issue.message));
  }
  const { run } = result.output;
  run.lanes.forEach((lane, i) => checkLane(lane, run.around.length - 1, i));
  return run;
}

function damagedAt(place: string, what: string): string {
  return `This trace is damaged at ${place}: ${what}. Save it again, or choose another one.`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TraceFileError(
      'This file is not a LLaDA trace: it is not JSON. Choose one that was saved from this page.',
    );
  }
}

/** Goes through the steps: each must leave every cell of every hole with something in it. */
function checkLane({ steps }: DemoLane, holes: number, lane: number): void {
  const canvas: TraceCell[][] = [];
  steps.forEach((step, at) => {
    const damaged = (what: string): TraceFileError =>
      new TraceFileError(damagedAt(`run.lanes.${lane}.steps.${at}`, what));
    const { lengths, changes } = step;
    if (lengths.length !== holes) throw damaged(`it has ${lengths.length} holes and the text has ${holes}`);
    for (const { hole, index } of changes) {
      if (index >= (lengths[hole] ?? 0))
        throw damaged(`it changes cell ${index} of hole ${hole}, which is not there`);
    }
    applyStep(canvas, step);
    lengths.forEach((length, hole) => {
      for (let i = 0; i < length; i++) {
        if (!canvas[hole]![i]) throw damaged(`it says nothing of cell ${i} of hole ${hole}`);
      }
    });
  });
}
