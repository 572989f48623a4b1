import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { benchmarkTasks } from '../../../../scripts/evaluate/benchmarks/benchmark-tasks';
import { isFirstLineExact } from '../../../../scripts/evaluate/benchmarks/first-line';
import { passesPython } from '../../../../scripts/evaluate/benchmarks/python-tests';
import { textWith } from '../../../../scripts/evaluate/task';
import { temporaryFolder } from '../../../../scripts/tiny-bundle/tiny-bundle';

const ROW = {
  task_id: 'SingleLineInfilling/1/L0',
  entry_point: 'one',
  prompt: 'def one():\n',
  suffix: '\n',
  canonical_solution: '    return 1',
  test: 'def check(candidate):\n    assert candidate() == 1\n',
};

describe('public benchmarks', () => {
  it('count the first line, or that behind a line break', () => {
    assert.ok(isFirstLineExact('    return x\n    y()\n', 'return x'));
    assert.ok(isFirstLineExact('\n  return x', '    return x\n'));
    assert.ok(isFirstLineExact('\r\nreturn x\r\n', 'return x'));
    assert.ok(!isFirstLineExact('\n\nreturn x', 'return x'));
    assert.ok(!isFirstLineExact('\n', 'return x'));
  });

  it('are read from gzipped JSON lines, spread over the file', async () => {
    const file = join(temporaryFolder(), 'tasks.jsonl.gz');
    const rows = Array.from({ length: 10 }, (_, i) => JSON.stringify({ ...ROW, task_id: String(i) }));
    writeFileSync(file, gzipSync(rows.join('\n')));
    const ids = (await benchmarkTasks('humaneval-infilling', file, 4)).map(({ task }) => task.id);
    assert.deepEqual(ids, ['0', '2', '5', '7']);
    assert.equal((await benchmarkTasks('humaneval-infilling', file)).length, 10);
  });

  it('say what is wrong with a file', async () => {
    const file = join(temporaryFolder(), 'tasks.jsonl');
    writeFileSync(file, `${JSON.stringify({ ...ROW, suffix: null })}\n`);
    await assert.rejects(benchmarkTasks('humaneval-infilling', file), /task 1 has no text “suffix”/);
    await assert.rejects(benchmarkTasks('santacoder-fim', 'nowhere.parquet'), /no benchmark nowhere/);
  });
});

describe('the tests of a benchmark', function () {
  this.timeout(60_000);
  before(function () {
    if (spawnSync('python3', ['--version']).status === 0) return;
    console.log('    There is no python3: skipped.');
    this.skip();
  });

  it('pass with what stood there and with nothing wrong', async () => {
    const file = join(temporaryFolder(), 'tasks.jsonl');
    writeFileSync(file, JSON.stringify(ROW));
    const [{ task, tests }] = (await benchmarkTasks('humaneval-infilling', file)) as [
      Awaited<ReturnType<typeof benchmarkTasks>>[number],
    ];
    assert.equal(await passesPython(`${textWith(task, ['    return 1'])}\n${tests}`), true);
    assert.equal(await passesPython(`${textWith(task, ['    return 2'])}\n${tests}`), false);
    assert.equal(await passesPython(`${textWith(task, ['    return (1'])}\n${tests}`), false);
  });

  it('are ended when they take too long, and get no gibibytes, network, processes or files', async () => {
    assert.equal(await passesPython('while True: pass', undefined, 1500), false);
    assert.equal(await passesPython('import sys\nsys.exit(0)'), false);
    const refused = (code: string, error: string): string =>
      `try:\n    ${code}\n    done = True\nexcept ${error}:\n    done = False\nassert not done\n`;
    const denied = [
      'import socket; socket.create_connection(("127.0.0.1", 9))',
      'import subprocess; subprocess.run(["true"])',
      'import os; os.system("true")',
      'open("file", "w")',
    ];
    for (const code of denied) assert.equal(await passesPython(refused(code, 'PermissionError')), true, code);
    if (process.platform === 'linux')
      assert.equal(await passesPython(refused('x = bytearray(1 << 31)', 'MemoryError')), true);
  });
});
