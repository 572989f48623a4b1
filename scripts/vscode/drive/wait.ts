import { setTimeout as sleep } from 'node:timers/promises';

/** How long anything may take. */
export const WAIT_MS = 60_000;

/** Between two questions: shorter than anything that comes and goes. */
const PAUSE_MS = 20;

/** Asks again until it is so; throws what `failure` says if it never is. */
export async function waitUntil(isSo: () => Promise<boolean>, failure: () => string): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(failure());
    await sleep(PAUSE_MS);
  }
}
