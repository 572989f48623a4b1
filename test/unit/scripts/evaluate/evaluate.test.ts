import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { NO_EVALUATION } from '../../../../scripts/train/report/card-evaluation';
import { drawTasks } from '../../../../scripts/evaluate/draw-tasks';
import type { Report } from '../../../../scripts/evaluate/report';
import { KINDS } from '../../../../scripts/evaluate/task';
import { writeTasks } from '../../../../scripts/evaluate/tasks-file';
import { temporaryFolder, writeTinyBundle } from '../../../../scripts/tiny-bundle/tiny-bundle';
import { code } from '../../../support/train/fixtures';

/** The whole command with a real engine; the network's weights are random, so it is right about nothing. */
describe('npm run evaluate', function () {
  this.timeout(120_000);

  const folder = temporaryFolder();
  const out = join(folder, 'out');
  const card = join(folder, 'card.md');
  before(async () => {
    await writeTinyBundle(join(folder, 'tiny'), 'f32');
    await writeTinyBundle(join(folder, 'int8'), 'int8');
    const documents = ['a', 'b', 'c'].map((name) => ({
      path: `p/${name}.ts`,
      lang: 'typescript',
      text: code(name),
    }));
    writeTasks(join(folder, 'tasks.jsonl'), drawTasks(documents, { split: 'test', limit: 2, seed: 1 }));
    writeFileSync(card, `# tiny\n\n${NO_EVALUATION}\n\nThe end.\n`);
  });

  async function run(args: string): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
    const child = spawn(
      process.execPath,
      [resolve('dist/evaluate.js'), ...args.split(' '), '--provider', 'cpu'],
      { env: { ...process.env, INIT_CWD: folder } },
    );
    const exit = new Promise<number | null>((done, fail) => child.on('close', done).on('error', fail));
    const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
    return { exitCode, stdout, stderr };
  }
  const reportOf = (folderOfIt: string): Report =>
    JSON.parse(readFileSync(join(folderOfIt, 'report.json'), 'utf8')) as Report;
  const ARGS =
    '--model tiny --compare int8 --tasks tasks.jsonl --draws 4 --curve-tasks 1 --out out --card card.md';

  it('puts every task to both models in every way, and writes what came of it', async () => {
    const { exitCode, stdout, stderr } = await run(ARGS);
    assert.equal(exitCode, 0, stderr);
    const { parts, comparisons, sweeps, pictures } = reportOf(out);
    assert.deepEqual(
      parts.map(({ name, tasks }) => [name, tasks]),
      [['all', 12], ...KINDS.map((kind) => [kind, 2]), ['TypeScript', 12]],
    );
    const [unknown, putIn, known, forebear, alone, copied, nothing] = parts[0]!.rows;
    for (const row of [unknown, putIn, known, forebear, alone])
      assert.ok(row!.steps >= 1 && row!.forwards > row!.steps);
    // A random network is told the length: its fills are nearer to it than the empty fill is.
    assert.ok(known!.lengthError.value < nothing!.lengthError.value);
    assert.ok(copied!.similarity.value > 0 && nothing!.similarity.value === 0);
    assert.equal(nothing!.exact.value, 0);
    // Random weights need about log₂ of the 292 tokens that can be written for each token of a byte or two.
    assert.ok(parts[0]!.bitsPerByte.value > 4);
    assert.equal(comparisons.length, 1);
    assert.ok(Math.abs(comparisons[0]!.moreBits.value) < 0.1, 'int8 is near f32');
    assert.deepEqual(
      sweeps.map(({ rows }) => rows.length),
      [6, 6],
    );
    for (const file of pictures) assert.match(readFileSync(join(out, file), 'utf8'), /^<svg [^]*<\/svg>\n$/);
    assert.equal(readFileSync(join(out, 'report.md'), 'utf8'), stdout);
    assert.equal(readFileSync(join(out, 'fills.md'), 'utf8').match(/^## \d+\. /gm)!.length, 12);
    assert.doesNotMatch(stdout, /NaN|undefined/);
    const filled = readFileSync(card, 'utf8');
    assert.match(filled, /^# tiny\n[^]*\| length unknown \|[^]*\nThe end\.\n$/);
    assert.ok(!filled.includes(NO_EVALUATION));
  });

  it('compares contexts kept while typing with reading everything', async () => {
    const { exitCode, stdout, stderr } = await run('--model tiny --typed --tasks tasks.jsonl --out typed');
    assert.equal(exitCode, 0, stderr);
    const { parts, paired } = reportOf(join(folder, 'typed'));
    const [whole, kept] = parts[0]!.rows;
    assert.match(kept!.label, /typed/);
    assert.ok(kept!.steps >= 1 && whole!.steps >= 1);
    assert.equal(paired!.exact.value, kept!.exact.value - whole!.exact.value);
    assert.match(stdout, /Typed since the context was read/);
    // The same text twice, told apart by what was read before: each was asked of the model.
    const answers = readFileSync(join(folder, 'typed/answers.jsonl'), 'utf8').trim().split('\n');
    assert.equal(answers.length, 24);
  });

  it('compares what is put in with the first fill, and other files of a folder as tabs with none', async () => {
    mkdirSync(join(folder, 'own'));
    for (const name of ['a', 'b', 'c', 'd']) writeFileSync(join(folder, 'own', `${name}.ts`), code(name));
    for (const [option, title, second] of [
      ['--put-in', 'As it is put in', /as it is put in/],
      ['--tabs', 'Other files as tabs', /as tabs/],
    ] as const) {
      const out = option.slice(2);
      const { exitCode, stderr } = await run(`--model tiny ${option} --from own --limit 1 --out ${out}`);
      assert.equal(exitCode, 0, stderr);
      const { parts, paired, languages } = reportOf(join(folder, out));
      assert.equal(paired!.title, title);
      assert.match(parts[0]!.rows[1]!.label, second);
      assert.deepEqual(
        languages.map(({ name, rows }) => [name, rows.length]),
        [['typescript', 2]],
      );
    }
    const { exitCode, stderr } = await run('--model tiny --tabs --tasks tasks.jsonl --out none');
    assert.equal(exitCode, 1);
    assert.match(stderr, /no other files beside them/);
  });

  it('asks nothing again that was answered, even when its last line was cut in two', async () => {
    const answers = join(out, 'answers.jsonl');
    const [before, report] = [readFileSync(answers, 'utf8'), reportOf(out)];
    appendFileSync(answers, '{"key": "ab');
    const { exitCode, stderr } = await run(ARGS);
    assert.equal(exitCode, 0, stderr);
    assert.equal(readFileSync(answers, 'utf8'), before);
    assert.deepEqual(reportOf(out), report);
  });

  it('refuses a card that has no place for an evaluation, and a wrong command line', async () => {
    writeFileSync(join(folder, 'other.md'), '# other\n');
    const { exitCode, stderr } = await run(ARGS.replace('card.md', 'other.md'));
    assert.equal(exitCode, 1);
    assert.match(stderr, /error: .*other\.md has no place for an evaluation/);
    assert.equal((await run('--split train')).exitCode, 2);
  });
});
