import type { Engine } from '../../src/engine/index';
import { runFuzzCase, type FuzzKind } from './fuzz-case';

/** A case that went wrong; its seed runs it again. */
export interface FuzzFailure {
  readonly seed: number;
  readonly error: Error;
}

export interface FuzzReport {
  readonly counts: Readonly<Record<FuzzKind, number>>;
  readonly failures: readonly FuzzFailure[];
  readonly ms: number;
  readonly slowest: { readonly seed: number; readonly ms: number };
}

/** @param progress is told after every case */
export async function fuzz(
  engine: Engine,
  { seed, cases }: { readonly seed: number; readonly cases: number },
  progress: (done: number) => void = () => undefined,
): Promise<FuzzReport> {
  const counts = { fill: 0, completion: 0, refused: 0 };
  const failures: FuzzFailure[] = [];
  let slowest = { seed, ms: 0 };
  const begun = performance.now();
  for (let i = 0; i < cases; i++) {
    const started = performance.now();
    try {
      counts[await runFuzzCase(engine, seed + i)]++;
    } catch (error) {
      failures.push({ seed: seed + i, error: error as Error });
    }
    const ms = performance.now() - started;
    if (ms > slowest.ms) slowest = { seed: seed + i, ms };
    progress(i + 1);
  }
  return { counts, failures, ms: performance.now() - begun, slowest };
}
