import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { writeChooser } from '../../../scripts/choose/write-chooser';
import { temporaryFolder, writeTinyBundle } from '../../../scripts/tiny-bundle/tiny-bundle';
import { CLI, runCli } from '../../support/cli/run-cli';

const CRLF_FILE = 'const a = 1;\r\nfunction f() {\r\n\treturn a;\r\n}\r\n';

/** The whole command line with a real engine; the network's weights are random, so only the text's form is known. */
describe('command line with a model', function () {
  this.timeout(60_000);

  const folder = temporaryFolder();
  const file = join(folder, 'a.js');
  before(async () => {
    writeFileSync(file, CRLF_FILE);
    await writeTinyBundle(join(folder, 'tiny'), 'f32');
  });
  const run = (args: string, input?: string): ReturnType<typeof runCli> =>
    runCli([...args.split(' '), '--model', 'tiny', '--provider', 'cpu'], input, folder);

  it('fills a range, prints the text and what it took, and leaves the file alone', async () => {
    const { exitCode, stdout, stderr } = await run('fill a.js --range 2:15-4:1');
    assert.equal(exitCode, 0, stderr);
    assert.ok(stdout.endsWith('\n'));
    assert.doesNotMatch(stdout, /[^\P{Cc}\r\n\t]|\r(?!\n)/u);
    // Random weights write no program, and that is said.
    assert.match(
      stderr,
      /^No candidate parses.+\.\n\d+ steps · \d+ forwards · \d+ ms · cpu · tiny \(f32\)\n$/,
    );
    assert.equal(readFileSync(file, 'utf8'), CRLF_FILE);
  });

  it('fills several ranges, empty ones too, together and in the file’s order', async () => {
    const { exitCode, stderr } = await run(
      'fill a.js --range 3:9-3:10 --range 1:11-1:12 --range 4:1-4:1 --max-tokens 8',
    );
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /^(No candidate parses.*\n)?1:11-1:12\n3:9-3:10\n4:1-4:1\n\d+ steps/);
  });

  it('offers several fills, best first, and keeps the words between masks', async () => {
    writeFileSync(join(folder, 'kept.js'), 'f([MASK:2], keep, [MASK:1]);\n');
    const options = '--sampling multinomial --temperature 5 --threshold 0 --schedule cosine --guidance 0.5';
    const { exitCode, stdout, stderr } = await run(`fill kept.js --range 1:3-1:27 --candidates 3 ${options}`);
    assert.equal(exitCode, 0, stderr);
    assert.equal(stdout.split(', keep, ').length, 4);
    const scores = [...stderr.matchAll(/^\d\. mean probability (0\.\d+)$/gm)].map((match) =>
      Number(match[1]),
    );
    assert.equal(scores.length, 3);
    assert.deepEqual(
      scores,
      scores.toSorted((a, b) => b - a),
    );
    const line = '{"id": 1, "prefix": "f(", "suffix": ")", "maxTokens": 4}';
    const answered = await run(`fill --jsonl --candidates 2 ${options}`, line);
    const { text, candidates } = JSON.parse(answered.stdout) as {
      text: string;
      candidates: { texts: string[]; score: number }[];
    };
    assert.equal(candidates[0]!.texts[0], text);
    assert.ok(!('chance' in candidates[0]!));
  });

  it('tells the chance of several fills where the bundle has coefficients', async () => {
    cpSync(join(folder, 'tiny'), join(folder, 'weighing'), { recursive: true });
    const byMean = { intercept: 0, weights: { drawnMean: 1 } };
    writeChooser(join(folder, 'weighing'), { drawn: byMean, looked: byMean, among: byMean });
    const weighing = ['--model', 'weighing', '--provider', 'cpu', '--candidates', '3', '--max-tokens', '4'];
    const filled = await runCli(['fill', 'a.js', '--range', '1:11-1:12', ...weighing], '', folder);
    assert.equal(filled.exitCode, 0, filled.stderr);
    assert.match(filled.stderr, /^1\. chance 0\.\d{3}$/m);
    assert.doesNotMatch(filled.stderr, /mean probability/);
    const line = '{"id": 1, "prefix": "f(", "suffix": ")"}';
    const { stdout } = await runCli(['fill', '--jsonl', ...weighing], line, folder);
    const { candidates } = JSON.parse(stdout) as { candidates: { score: number; chance: number }[] };
    for (const { score, chance } of candidates)
      assert.ok(
        Math.abs(chance - 1 / (1 + Math.exp(-score))) < 0.01,
        `${chance} is not the chance of ${score}`,
      );
  });

  it('generates the same text from the same seed only', async () => {
    const generate = async (seed: number): Promise<string> =>
      (await run(`generate --sampling multinomial --tokens 20 --steps 5 --seed ${seed}`)).stdout;
    const first = await generate(1);
    assert.ok(first.length > 1);
    assert.equal(await generate(1), first);
    assert.notEqual(await generate(2), first);
  });

  it('says when a region is too large for the model', async () => {
    writeFileSync(join(folder, 'large.js'), '(;'.repeat(500));
    const { exitCode, stderr } = await run('fill large.js --range 1:1-1:900');
    assert.equal(exitCode, 1);
    assert.match(stderr, /^error: The region is \d+ tokens long and the model fills at most \d+ at once/);
  });

  it('says when a bundle is damaged', async () => {
    cpSync(join(folder, 'tiny'), join(folder, 'damaged'), { recursive: true });
    appendFileSync(join(folder, 'damaged', 'config.json'), '}');
    const { exitCode, stderr } = await runCli(['generate', '--model', 'damaged'], '', folder);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^error: .*damaged/);
  });

  it('answers JSON lines in order, bad ones with an error in their place', async () => {
    const lines = [
      '{"id": "a", "path": "src/a.js", "prefix": "let x = ", "suffix": ";\\n"}',
      '',
      '{"id": 2, "prefix": "f(", "between": [", "], "suffix": ")", "maxTokens": 4}',
      '{"id": 3, "prefix": "f("',
      '{"id": 4, "prefix": "f(", "suffix": 5}',
      '{"id": 5, "prefix": "", "suffix": "", "maxTokens": 5000}',
      '{"id": 6, "prefix": "\u2028", "suffix": ""}',
    ];
    const { exitCode, stdout, stderr } = await run('fill --jsonl', lines.join('\n'));
    assert.equal(exitCode, 0, stderr);
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const shape = (answer: Record<string, unknown>): unknown =>
      'error' in answer
        ? { id: answer['id'], line: answer['line'], code: (answer['error'] as { code: string }).code }
        : Object.fromEntries(
            Object.entries(answer).map(([key, value]) => [
              key,
              key === 'id' ? value : Array.isArray(value) ? value.length : typeof value,
            ]),
          );
    const faults = answers.map(({ fault }) => fault).filter((fault) => fault !== undefined);
    const known: readonly unknown[] = ['syntax', 'repeats', 'inside-word', 'too-little'];
    assert.ok(faults.every((fault) => known.includes(fault)));
    for (const answer of answers) delete answer['fault'];
    const filled = { text: 'string', steps: 'number', forwards: 'number', ms: 'number' };
    assert.deepEqual(answers.map(shape), [
      { id: 'a', ...filled },
      { id: 2, ...filled, texts: 2 },
      { id: null, line: 4, code: 'bad-json' },
      { id: null, line: 5, code: 'bad-request' },
      { id: 5, line: 6, code: 'region-too-large' },
      { id: 6, ...filled },
    ]);
    assert.equal((answers[1]!['texts'] as string[])[0], answers[1]!['text']);
    assert.match(stderr, /6 lines answered, 3 of them with an error\n$/);
  });

  describe('interrupted', () => {
    /** Answers its first line of many, meets what `interrupt` does to it, and ends. */
    const interrupted = async (
      interrupt: (child: ChildProcessWithoutNullStreams) => void,
    ): Promise<{ exitCode: number | null; stderr: string }> => {
      const child = spawn(
        process.execPath,
        [CLI, 'fill', '--jsonl', '--model', 'tiny', '--provider', 'cpu'],
        {
          cwd: folder,
          env: { ...process.env, INIT_CWD: folder },
        },
      );
      const exit = new Promise<number | null>((done, fail) => child.on('close', done).on('error', fail));
      const stderr = text(child.stderr);
      child.stdin.on('error', () => undefined).write('{"id": 1, "prefix": "", "suffix": ""}\n'.repeat(100));
      child.stdout.once('data', () => interrupt(child));
      return { exitCode: await exit, stderr: await stderr };
    };

    it('ends quietly at Ctrl-C', async () => {
      const { exitCode, stderr } = await interrupted((child) => child.kill('SIGINT'));
      assert.equal(exitCode, 130, stderr);
      assert.doesNotMatch(stderr, /error/i);
    });

    it('ends quietly when nobody reads on', async () => {
      const { exitCode, stderr } = await interrupted((child) => child.stdout.destroy());
      assert.equal(exitCode, 141, stderr);
      assert.doesNotMatch(stderr, /error/i);
    });
  });

  it('draws the unmasking in place on a terminal', function () {
    // util-linux's script gives its command a terminal.
    if (process.platform !== 'linux' || spawnSync('script', ['--version']).status !== 0) this.skip();
    const command = `'${process.execPath}' '${CLI}' generate --tokens 6 --model tiny --provider cpu`;
    const { stdout, status } = spawnSync(
      'script',
      ['-qec', `stty cols 60 rows 10; ${command}`, '/dev/null'],
      {
        cwd: folder,
        env: { ...process.env, INIT_CWD: folder, TERM: 'xterm', NO_COLOR: '1' },
        encoding: 'utf8',
      },
    );
    assert.equal(status, 0, stdout);
    assert.match(stdout, /░{6}\s+step 0 · 100 % masked/);
    assert.match(stdout, /step \d · 0 % masked/);
    assert.ok(!stdout.includes('\x1b[3'), 'colours in spite of NO_COLOR');
  });
});
