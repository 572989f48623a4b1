import assert from 'node:assert/strict';
import { join } from 'node:path';
import { temporaryFolder, writeTinyBundle } from '../../../scripts/tiny-bundle/tiny-bundle';
import { runCli } from '../../support/cli/run-cli';

describe('complete --jsonl', function () {
  this.timeout(60_000);

  const ask = async (lines: readonly object[], ...args: string[]): Promise<unknown[]> => {
    const input = lines.map((line) => JSON.stringify(line)).join('\n');
    const { exitCode, stdout, stderr } = await runCli(['complete', '--jsonl', ...args], input);
    assert.equal(exitCode, 0, stderr);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  };

  it('judges completions without a model', async () => {
    const place = { path: 'src/a.ts', prefix: 'f(', suffix: ');\n' };
    const answers = await ask(
      [
        { id: 1, ...place, completion: 'a, b);' },
        { id: 'two', ...place, completion: ')))' },
        { id: 3, ...place, completion: 'a', asked: false },
        { id: 4, prefix: 'f(', suffix: ')\n', completion: 'a) b' },
      ],
      '--model',
      'there-is-none',
    );
    assert.deepEqual(answers, [
      { id: 1, text: 'a, b' },
      { id: 'two', text: '', dropped: 'syntax' },
      { id: 3, text: '', dropped: 'short' },
      { id: 4, text: 'a) b' },
    ]);
  });

  it('says what is wrong with a line', async () => {
    const [wrong] = await ask([{ id: 1, prefix: '', suffix: '', asked: 'yes' }]);
    assert.deepEqual(wrong, {
      id: null,
      line: 1,
      error: { code: 'bad-request', message: '“asked” must be true or false, not a string.' },
    });
  });

  it('asks the engine where there is no completion', async () => {
    const folder = join(temporaryFolder(), 'tiny');
    await writeTinyBundle(folder, 'f32');
    const place = { id: 1, path: 'a.md', prefix: 'a = ', suffix: '\n' };
    const [answer] = await ask([place], '--model', folder, '--provider', 'cpu');
    const { id, text } = answer as { id: number; text: string };
    assert.equal(id, 1);
    assert.equal(typeof text, 'string');
    assert.doesNotMatch(text, /\n/);
  });
});
