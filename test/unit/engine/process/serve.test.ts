import assert from 'node:assert/strict';
import type { EngineInfo } from '../../../../src/engine/index';
import type { ToClient } from '../../../../src/engine/process/protocol';
import { serve } from '../../../../src/engine/process/serve';
import { scriptedRuntime } from '../../../support/engine/scripted-predictor';
import { REQUEST } from '../../../support/engine/real-engine';

/** Tells if a failure of the network was one to end with, and what was said until that was asked. */
function failedFill(failure: Error, isTheEnd: boolean): Promise<readonly ToClient['type'][]> {
  const said: ToClient['type'][] = [];
  const runtime = scriptedRuntime(() => {
    throw failure;
  });
  return new Promise((resolve) => {
    const receive = serve<string>({
      send: ({ type }) => {
        said.push(type);
        if (type === 'failed') resolve(said);
      },
      load: () =>
        Promise.resolve({
          runtime,
          backgroundRuntime: () => Promise.resolve(runtime),
          info: {} as EngineInfo,
          together: 1,
        }),
      readMessages: () => Promise.resolve(),
      endsWith: (error) => {
        assert.equal(error, failure);
        if (isTheEnd) setImmediate(resolve, said);
        return isTheEnd;
      },
    });
    receive({ type: 'load', source: 'anywhere', options: {} });
    receive({ type: 'fill', id: 1, session: '', background: false, request: REQUEST });
  });
}

it('an engine whose surroundings tell nothing of the process says so when asked', () => {
  const said: ToClient[] = [];
  const receive = serve<string>({
    send: (message) => said.push(message),
    load: () => Promise.reject(new Error('not to be loaded')),
    readMessages: () => Promise.resolve(),
  });
  receive({ type: 'stats', id: 1, session: '', background: false });
  const message = 'The engine has no figures of its process here: a browser does not tell them.';
  assert.deepEqual(said, [{ type: 'failed', id: 1, code: 'bad-request', message }]);
});

describe('a network that fails in the engine', () => {
  it('fails the request, and no more', async () => {
    assert.deepEqual(await failedFill(new Error('no logits'), false), ['loaded', 'value', 'failed']);
  });

  it('is not an answer where the engine ends with it: whoever asked then hears of the end', async () => {
    assert.deepEqual(await failedFill(new Error('unreachable'), true), ['loaded', 'value']);
  });
});
