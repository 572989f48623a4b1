import assert from 'node:assert/strict';
import { batchSize } from '../../../scripts/load/scrape';
import { loadTable, type LoadRow } from '../../../scripts/load/report';
import { treatRoughly, type RoughSample } from '../../../scripts/load/rough';
import { saturate } from '../../../scripts/load/saturate';
import { replayTyping } from '../../../scripts/load/typing';
import { serverForTests, sharedEngine } from '../../support/serve/real-server';

const PLACE = { path: 'src/sum.ts', prefix: 'const total = items.map((item) => ', suffix: ');\n' };

describe('npm run load', function () {
  this.timeout(120_000);
  const server = serverForTests();

  it('has users ask one fill after the other, and says how many shared a step', async () => {
    const body = (user: number): object => ({ prompt: PLACE.prefix, max_tokens: 4, user: String(user) });
    const demand = await saturate(server.url, { users: 3, seconds: 3, body });
    assert.equal(demand.lost, 0);
    assert.deepEqual(new Set(demand.answers.map(({ status }) => status)), new Set([200]));
    assert.ok(demand.batch >= 1 && demand.batch <= 3, String(demand.batch));
    const row: LoadRow = { what: 'saturation', users: 3, server: 'shared', demand };
    assert.match(loadTable([row]), /^\| saturation \| 3 \| shared \| \d+\.\d\d \| \d+ \| \d+ \| /m);
  });

  it('replays who types, each giving up what the next request makes superfluous', async () => {
    const demand = await replayTyping(server.url, {
      users: 2,
      seconds: 1,
      gaps: [5, 300, 10],
      place: () => PLACE,
    });
    assert.equal(demand.lost, 0);
    assert.ok(demand.superseded! > 0);
    for (const { status } of demand.answers) assert.equal(status, 200);
  });

  it('treats a server roughly, and tells what was not answered or refused', async () => {
    const samples: RoughSample[] = [];
    const { pid } = await (await sharedEngine()).stats();
    const { outcomes, faults } = await treatRoughly(server.url, {
      requests: 60,
      atOnce: 8,
      seed: 3,
      kills: 1,
      killEngine: () => process.kill(pid, 'SIGKILL'),
      onSample: (sample) => samples.push(sample),
    });
    assert.deepEqual(faults, []);
    const all = [...outcomes.values()].flatMap((counts) => [...counts.values()]);
    assert.equal(
      all.reduce((sum, count) => sum + count, 0),
      60,
    );
    assert.ok(samples.length > 0 && samples.every(({ serverBytes }) => serverBytes > 0));
  });
});

it('a batch is what steps have grown by', () => {
  const at = (contexts: number, forwards: number): ReadonlyMap<string, number> =>
    new Map([
      ['llada_step_contexts_total', contexts],
      ['llada_step_forwards_total', forwards],
    ]);
  assert.equal(batchSize(at(10, 10), at(40, 20)), 3);
});
