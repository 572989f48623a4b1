import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../../../../scripts/setup/paths';
import { digest } from '../../../support/run/digest';

/** A suite in which one test fails, one fails at its first attempt, and one passes. */
const SUITE = `
describe('a suite', () => {
  let attempts = 0;
  it('fails', () => { throw new Error('out of order'); }).retries(0);
  it('is moody', () => { if (++attempts < 2) throw new Error('not now'); });
  it('passes', () => {});
});
`;

/** What a run of it prints, as those of the tests in VS Code run. */
function runSuite(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'llada-digest-'));
  const file = path.join(folder, 'suite.js');
  writeFileSync(file, SUITE);
  const program = `require('./test/support/run/mocha-run').runMocha([process.argv[1]], { retries: 1 })`;
  const args = ['--require', 'tsx/cjs', '--eval', program, file];
  // As on a terminal, and in logs that show colours.
  const env = { ...process.env, FORCE_COLOR: '1' };
  const { stdout } = spawnSync(process.execPath, args, { cwd: ROOT, env, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return stdout;
}

describe('the end of npm test', () => {
  it('repeats what failed, and names what needed a second attempt', () => {
    const output = runSuite();
    const shown = digest({ name: 'test:host', counts: { passed: 2, failed: 1 }, output });
    assert.match(shown, /^\n── test:host: 1 failed ──\nneeded a second attempt: a suite is moody\n/);
    assert.match(shown, /\n +1 failing\n\n +1\) a suite\n +fails:\n +Error: out of order\n/);
    assert.doesNotMatch(shown, /passes/);
    assert.doesNotMatch(shown, /not now/);
    assert.match(output, /is moody\nError: not now\n/, 'why stands where the test failed');
    assert.ok(output.includes('\u001B['), 'there are colours');
  });

  it('repeats the last lines of a part that has no list', () => {
    const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`);
    const shown = digest({ name: 'lint', counts: { passed: 0, failed: 1 }, output: `${lines.join('\n')}\n` });
    assert.equal(shown, `\n── lint: 1 failed ──\n${lines.slice(-60).join('\n')}\n`);
  });

  it('says nothing of a part in which nothing failed', () => {
    assert.equal(digest({ name: 'test:ui', counts: { passed: 3, failed: 0 }, output: '  3 passing\n' }), '');
  });
});
