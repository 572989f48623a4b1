import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import { batchSize, scrape } from './scrape';
import type { Answered, Demand } from './report';

/** Answers of the first part of a run are not counted: not everybody has begun by then. */
const WARM_UP_SHARE = 0.25;
/** Longer than any server lets a fill take. */
const TIMEOUT_SECONDS = 300;

/** How many ask, and how long. */
export interface Saturation {
  readonly users: number;
  readonly seconds: number;
  /** The body of a user's next request to /v1/completions. */
  readonly body: (user: number) => object;
}

/** Has every user ask for the next fill as soon as the one before is there, each on a connection of its own. */
export async function saturate(url: string, { users, seconds, body }: Saturation): Promise<Demand> {
  const answers: Answered[] = [];
  let connected = 0;
  const whole = seconds / (1 - WARM_UP_SHARE);
  const from = whole * WARM_UP_SHARE * 1000;
  const started = performance.now();
  const run = autocannon({
    url,
    connections: users,
    duration: whole,
    timeout: TIMEOUT_SECONDS,
    setupClient: (client) => {
      const user = connected++;
      client.on('response', (status, _bytes, ms) => {
        if (performance.now() - started >= from) answers.push({ status, ms });
      });
      client.setRequests([
        {
          method: 'POST',
          path: '/v1/completions',
          headers: { 'content-type': 'application/json' },
          setupRequest: (request) => ({ ...request, body: JSON.stringify(body(user)) }),
        },
      ]);
    },
  });
  const [before, { errors, timeouts }] = await Promise.all([sleep(from).then(() => scrape(url)), run]);
  return { answers, seconds, lost: errors + timeouts, batch: batchSize(before, await scrape(url)) };
}
