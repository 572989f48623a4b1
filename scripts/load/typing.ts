import type { CutLine } from '../../src/cli/bench/places';
import type { Answered, Demand } from './report';
import { batchSize, scrape } from './scrape';

/** How many type, and how long. */
export interface Typing {
  readonly users: number;
  readonly seconds: number;
  /** Milliseconds from one request of a typist to the next. */
  readonly gaps: readonly number[];
  /** Where a user types next. */
  readonly place: () => CutLine;
}

/** Characters typed from one request to the next, and requests until a user goes elsewhere. */
const CHARACTERS = 4;
const REQUESTS_A_PLACE = 8;

/**
 * Replays typists: each asks for a completion when the editor did, a few characters farther in one document, and gives up
 * the request before if it is still under way. Whoever comes later begins elsewhere in the recording.
 */
export async function replayTyping(url: string, typing: Typing): Promise<Demand> {
  const { users, seconds } = typing;
  const before = await scrape(url);
  const answers: Answered[] = [];
  const counts = { lost: 0, superseded: 0 };
  const until = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: users }, (_, user) => typeOn(url, typing, user, { until, answers, counts })),
  );
  return { answers, seconds, ...counts, batch: batchSize(before, await scrape(url)) };
}

interface Session {
  readonly until: number;
  readonly answers: Answered[];
  readonly counts: { lost: number; superseded: number };
}

async function typeOn(
  url: string,
  { users, gaps, place }: Typing,
  user: number,
  { until, answers, counts }: Session,
): Promise<void> {
  const asked: Promise<void>[] = [];
  let current = place();
  let abort = new AbortController();
  for (let i = 0; performance.now() < until; i++) {
    await new Promise((resolve) => {
      setTimeout(resolve, gaps[(Math.floor((user * gaps.length) / users) + i) % gaps.length]);
    });
    const left = REQUESTS_A_PLACE - 1 - (i % REQUESTS_A_PLACE);
    if (i > 0 && i % REQUESTS_A_PLACE === 0) current = place();
    const { path, prefix, suffix } = current;
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    const body = { path, prefix: prefix.slice(0, prefix.length - left * CHARACTERS), suffix };
    const started = performance.now();
    asked.push(
      ask(url, { ...body, ...namesOf(user), keptContext: path }, signal).then(
        (status) => {
          if (status === SUPERSEDED) counts.superseded++;
          else answers.push({ status, ms: performance.now() - started });
        },
        () => {
          counts[signal.aborted ? 'superseded' : 'lost']++;
        },
      ),
    );
  }
  await Promise.all(asked);
}

const SUPERSEDED = 409;

function namesOf(user: number): { readonly user: string; readonly session: string } {
  return { user: `typist ${user}`, session: `typist ${user}/completions` };
}

/** @returns the status, once the whole answer is there */
async function ask(url: string, body: object, signal: AbortSignal): Promise<number> {
  const response = await fetch(`${url}/v1/fill`, { method: 'POST', body: JSON.stringify(body), signal });
  await response.arrayBuffer();
  return response.status;
}
