/** How a run of tests went. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** The line that every part of the tests ends with. */
export function countLine({ passed, failed }: Counts): string {
  return `${passed} passed, ${failed} failed`;
}

/** Reads the last count line of an output. */
export function parseCounts(output: string): Counts | undefined {
  const last = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1);
  return last && { passed: Number(last[1]), failed: Number(last[2]) };
}

/** Counts a part that ended badly without saying so (a crash, no tests at all) as one failure. */
export function settle(counts: Counts | undefined, endedWell: boolean): Counts {
  const { passed, failed } = counts ?? { passed: 0, failed: 0 };
  return { passed, failed: failed === 0 && (!endedWell || passed === 0) ? 1 : failed };
}

/** Prints the count line, last of all, and ends this process with the exit code that fits. */
export function finish(counts: Counts): void {
  process.stdout.write(`\n${countLine(counts)}\n`, () => process.exit(counts.failed > 0 ? 1 : 0));
}
