import type { DemoLane, DemoRun } from '../../../src/demo/run';
import type { TraceCell, TraceStep } from '../../../src/demo/trace';

export const MASK: TraceCell = { token: 1, text: '', masked: true, confidence: 0, step: -1, locked: false };

export function token(text: string, step: number, more: Partial<TraceCell> = {}): TraceCell {
  return { token: 9, text, masked: false, confidence: 0.5, step, locked: false, ...more };
}

/** A trace of one hole that begins with masks and then gets one text after the other, from the left. */
export function traceOf(texts: readonly string[]): TraceStep[] {
  const lengths = [texts.length];
  const step = (t: number, forwards: number, changes: TraceStep['changes']): TraceStep => ({
    t,
    forwards,
    ms: forwards * 10,
    edited: false,
    lengths,
    changes,
  });
  return [
    step(
      1,
      0,
      texts.map((_, index) => ({ hole: 0, index, cell: MASK })),
    ),
    ...texts.map((text, i) =>
      step(1 - (i + 1) / texts.length, i + 1, [{ hole: 0, index: i, cell: token(text, i + 1) }]),
    ),
  ];
}

export function runOf(
  lanes: readonly Partial<DemoLane>[],
  around: readonly string[] = ['a(', ');\n'],
): DemoRun {
  return {
    from: 'text',
    around,
    settings: {
      steps: 0,
      schedule: 'linear',
      order: 'confidence',
      threshold: 0,
      temperature: 1,
      remasking: 'none',
      seed: 0,
    },
    lanes: lanes.map((lane) => ({ label: 'greedy', sampling: 'greedy', tokens: 0, steps: [], ...lane })),
  };
}
