import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ARTIFACTS } from '../../../scripts/setup/paths';

/** The runner's words to the tests in the extension host, in the variable LLADA_HOST_TESTS. */
export interface HostTests {
  /** Bundles beside dist/test-host/index.js, without `.js`. */
  readonly names: readonly string[];
  readonly grep?: string;
  /** File that mocha's output goes to. */
  readonly report: string;
}

/** The place to run them in. */
export interface HostRun {
  readonly extensionDevelopmentPath: string;
  readonly extensionTestsPath: string;
  /** The workspace. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A suite that has not ended by then hangs; a typing session takes as long as it is told. */
export const SUITE_TIMEOUT_MS = 2_400_000 + Number(process.env['LLADA_TYPING_MINUTES'] ?? 0) * 90_000;

/** Says how a suite that failed ended, and keeps what its VS Code printed. */
export function keepLog(end: string, log: readonly string[]): void {
  mkdirSync(ARTIFACTS, { recursive: true });
  writeFileSync(path.join(ARTIFACTS, 'host-failure.log'), log.join('\n'));
  console.error(`${end}; what VS Code printed is in artifacts/host-failure.log`);
}
