import assert from 'node:assert/strict';
import type { ContextRead, Likelihood, Scored, Step } from '../../../../src/engine/index';
import { begun, settled } from '../../../support/serve/metrics';
import { serverForTests, sharedEngine } from '../../../support/serve/real-server';
import { eventsOf, send, type Received } from '../../../support/serve/send';

const HOLES = {
  path: 'src/sum.ts',
  prefix: 'let total = ',
  between: ['\nfor (const x of ', ') '],
  suffix: ';\n',
};
const EVENTS = { accept: 'text/event-stream' };

/** The part of an answer that is the same each time a fill is made. */
function content({ holes, texts, t, index }: Step): object {
  return { holes, texts, t, index };
}

describe('the project’s own protocol', function () {
  this.timeout(60_000);
  const server = serverForTests();
  const ask = (body: object, headers = {}): Promise<Received> =>
    send(`${server.url}/v1/fill`, { body, headers });

  it('gives every step of a fill of several holes, just as the engine does', async () => {
    const request = { ...HOLES, maxTokens: 8, alternatives: 3, seed: 5 };
    const steps = eventsOf(await ask(request, EVENTS)) as unknown as Step[];
    const expected: Step[] = [];
    for await (const step of (await sharedEngine()).fill(request)) expected.push(step);
    assert.deepEqual(steps.map(content), JSON.parse(JSON.stringify(expected.map(content))));
    assert.deepEqual(
      steps.map(({ done }) => done),
      expected.map(({ done }) => done),
    );
    const last = (await ask({ ...request, stream: false }, EVENTS)).json as unknown as Step;
    assert.deepEqual(last.texts, expected.at(-1)!.texts);
  });

  it('takes kept words, candidates and cells', async () => {
    const parts = ['f(', { masks: 2 }, ', ', {}, ')'];
    const { status, json } = await ask({
      prefix: 'x = ',
      suffix: '\n',
      holes: [{ parts }],
      candidates: 3,
      stream: false,
    });
    assert.equal(status, 200);
    const { candidates, holes } = json as unknown as Step;
    assert.ok(candidates!.length >= 1);
    for (const { texts } of candidates!) assert.match(texts[0]!, /^f\(.*, .*\)$/s);
    const cells = holes[0]!.map(({ token, locked }, i) => ({ token: i === 2 ? null : token, locked }));
    const again = await ask({ prefix: 'x = ', suffix: '\n', holes: [{ cells }] });
    assert.equal((again.json as unknown as Step).holes[0]!.length, cells.length);
  });

  it('takes how candidates begin, when, and whether they are looked at again', async () => {
    const around = { prefix: 'const area = (w, h) => ', suffix: ';\n', maxTokens: 8 };
    const { json } = await ask({ ...around, starts: ['masks-2', 'masks-4', 'drawn-1'], lookAgain: true });
    const { candidates } = json as unknown as Step;
    assert.ok(candidates!.every(({ evidence }) => evidence.aloneMean !== undefined));
    const starts = candidates!.flatMap((candidate) => candidate.starts);
    assert.ok(
      starts.length >= 1 && starts.every((start) => /^(masks-[24]|drawn-1)$/.test(start)),
      starts.join(),
    );
    // There is no time for another one.
    const patient = await ask({ ...around, candidates: 3, patience: { times: 1, ms: 0 } });
    assert.equal(patient.status, 200);
    assert.deepEqual((patient.json as unknown as Step).candidates!.length, 1);
    assert.equal((await ask({ ...around, allowBlank: true, drafts: true, lengthSearch: 'cal' })).status, 200);
  });

  it('scores, tokenizes, generates and measures likelihoods', async () => {
    const around = { prefix: 'const a = ', suffix: ';\n' };
    const scored = await ask({ type: 'score', ...around, text: 'b + 1', alternatives: 2 });
    const { tokens: scoredTokens } = scored.json as unknown as Scored;
    assert.equal(scoredTokens.map((one) => one.text).join(''), 'b + 1');
    const { tokens } = (await ask({ type: 'tokenize', text: 'b + 1' })).json as unknown as {
      tokens: unknown[];
    };
    assert.equal(tokens.length, scoredTokens.length);
    const generated = await ask({ type: 'generate', tokens: 6, steps: 2 });
    assert.equal((generated.json as unknown as Step).holes[0]!.length, 6);
    const likely = await ask({ type: 'likelihood', ...around, middles: ['b + 1'], draws: 2 });
    assert.ok((likely.json as unknown as Likelihood).bits > 0);
  });

  it('tells what is loaded, and not where from', async () => {
    const { json } = await send(`${server.url}/v1/fill`);
    assert.deepEqual(Object.keys(json), [
      'bundle',
      'provider',
      'precision',
      'vocabulary',
      'windowRows',
      'loadMs',
      'chooser',
    ]);
  });

  it('begins no stream for a request that is wrong, and names the field', async () => {
    const wrong: readonly (readonly [object, string | null])[] = [
      [{}, 'prefix'],
      [{ prefix: 'a' }, 'suffix'],
      [{ prefix: 'a', suffix: 'b', holes: {} }, 'holes'],
      [{ prefix: 'a', suffix: 'b', holes: [{ tokens: 0 }] }, 'holes.0.tokens'],
      [{ prefix: 'a', suffix: 'b', holes: [{ parts: [7] }] }, 'holes.0.parts.0'],
      [{ prefix: 'a', suffix: 'b', between: Array(99).fill('') }, 'between'],
      [{ prefix: 'a', suffix: 'b', maxTokens: 100_000 }, 'maxTokens'],
      [{ prefix: 'a', suffix: 'b', order: 'backwards' }, 'order'],
      [{ prefix: 'a', suffix: 'b', threshold: 2 }, 'threshold'],
      [{ prefix: 'a', suffix: 'b', starts: [] }, 'starts'],
      [{ prefix: 'a', suffix: 'b', starts: ['usual', 'first'] }, 'starts.1'],
      [{ prefix: 'a', suffix: 'b', lookAgain: 1 }, 'lookAgain'],
      [{ prefix: 'a', suffix: 'b', patience: 4 }, 'patience'],
      [{ prefix: 'a', suffix: 'b', patience: { times: 0.5, ms: 1 } }, 'patience.times'],
      [{ prefix: 'a', suffix: 'b', patience: { times: 4 } }, 'patience.ms'],
      [{ prefix: 'a', suffix: 'b', lane: 'x' }, 'lane'],
      [{ type: 'chat' }, 'type'],
      [{ type: 'score', prefix: 'a', suffix: 'b' }, 'text'],
      // The engine's own refusals.
      [{ prefix: 'a', suffix: 'b', holes: [{}, {}] }, null],
      [{ prefix: 'a', suffix: 'b', holes: [{ cells: [{ token: 1 }] }] }, null],
    ];
    for (const [body, param] of wrong) {
      const answer = await ask(body, EVENTS);
      assert.equal(answer.status, 400, JSON.stringify(body));
      assert.match(answer.headers['content-type']!, /^application\/json/);
      assert.equal(answer.json.error.param, param, JSON.stringify(body));
    }
  });

  it('says when what is to be filled is too large for the model', async () => {
    const { status, json } = await ask({ prefix: 'a', suffix: 'b', maxTokens: 511, between: ['c'] }, EVENTS);
    assert.deepEqual([status, json.error.code], [400, 'context_length_exceeded']);
  });

  it('gives up a request for a newer one of the same session only', async () => {
    const long = { ...HOLES, maxTokens: 60, threshold: 0 };
    const [first, other, second] = await Promise.all([
      ask({ ...long, session: 'window-1' }),
      ask({ ...long, session: 'window-2' }),
      begun(server.url, 2).then(() => ask({ ...HOLES, maxTokens: 2, session: 'window-1' })),
    ]);
    assert.deepEqual([first.status, first.json.error.code], [409, 'superseded']);
    assert.deepEqual([other.status, second.status], [200, 200]);
    const named = { 'x-session-id': 'window-3' };
    const streamed = await Promise.all([
      ask(long, { ...EVENTS, ...named }),
      begun(server.url, 1).then(() => ask({ ...HOLES, maxTokens: 2 }, named)),
    ]);
    assert.match(streamed[0].text, /"code":"superseded"/);
  });

  it('keeps a context for who types, each user’s own, and gives it back', async () => {
    const context = { user: 'window', keptContext: 'a document', suffix: ';\n', maxTokens: 4 };
    const typed = 'const total = items.map((item) => item.price';
    const fill = async (prefix: string, more = {}): Promise<number> => {
      const { status, json } = await ask({ ...context, prefix, ...more });
      assert.equal(status, 200);
      return (json as unknown as Step).forwards;
    };
    const read = async (more = {}): Promise<unknown> =>
      (await ask({ type: 'read-context', ...context, prefix: `${typed}.x`, ...more })).json;
    await fill(typed);
    await fill(`${typed}.x`);
    // What was typed since is read with all else; then there is nothing left to read.
    await settled(server.url);
    assert.equal(((await read()) as ContextRead).forwards, 1);
    assert.equal(((await read()) as ContextRead).forwards, 0);
    assert.equal(((await read({ user: 'another window' })) as ContextRead).forwards, 1);
    const forgotten = await ask({ type: 'forget-context', user: 'window', keptContext: 'a document' });
    assert.deepEqual([forgotten.status, forgotten.json], [200, {}]);
    assert.equal(((await read()) as ContextRead).forwards, 1);
    assert.equal((await ask({ type: 'forget-context', user: 'window' })).json.error.param, 'keptContext');
  });
});
