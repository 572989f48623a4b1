import assert from 'node:assert/strict';
import { complete } from '../../../../src/serve/fills/completion';
import { GrowingText } from '../../../../src/serve/fills/growing-text';
import { serverForTests, sharedEngine } from '../../../support/serve/real-server';

const NO_RULES = { stops: [], leastIndent: 0 };

describe('a completion that grows', function () {
  this.timeout(60_000);
  const server = serverForTests();

  it('has whole characters only and ends as the fill does, whatever the script', async () => {
    const engine = await sharedEngine();
    const holes = [
      { prefix: '# 名前と挨拶\ngreetings = ["こんにちは", "さようなら", "', suffix: '"]\n' },
      { prefix: 'faces = ["😀", "👩‍👩‍👧", "🏳️‍🌈", "', suffix: '"]\n' },
      { prefix: 'const s = "Здравствуйте, ', suffix: '";\n' },
    ];
    for (const [i, hole] of holes.entries()) {
      const growing = new GrowingText(NO_RULES);
      const sampling = {
        sampling: 'multinomial',
        temperature: 1.5,
        threshold: 0.3,
        seed: i,
        maxTokens: 20,
      } as const;
      let joined = '';
      let last = '';
      for await (const step of engine.fill({ ...hole, ...sampling })) {
        const piece = growing.take(step);
        if (!step.done) assert.ok(!piece.includes('\uFFFD') && piece.isWellFormed());
        joined += piece;
        last = step.texts[0]!;
      }
      assert.equal(joined, last.replace(/\r\n?/g, '\n'));
    }
  });

  it('leaves the engine as soon as a stop word has come', async () => {
    const { serving } = server;
    const request = { prefix: 'words = ["a", ', suffix: '', maxTokens: 60, leastIndent: 0 };
    const caller = { user: 'a', signal: new AbortController().signal };
    const run = async (stops: string[]): Promise<{ text: string; tokens: number }> => {
      const pieces = complete(serving.runner, serving.engine, { ...request, stops }, caller);
      for (;;) {
        const next = await pieces.next();
        if (next.done !== true) continue;
        const [choice] = next.value.choices;
        return { text: choice!.text, tokens: choice!.cells.length };
      }
    };
    const whole = await run([]);
    const stopped = await run([whole.text.slice(2, 4)]);
    assert.equal(stopped.text, whole.text.slice(0, 2));
    assert.ok(stopped.tokens <= whole.tokens);
    assert.equal(serving.runner.idle, true);
  });
});
