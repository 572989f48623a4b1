import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { findPlaces } from '../../../src/cli/bench/places';
import { writeCard } from '../../../scripts/evaluate/card';
import { evaluatedTasks } from '../../../scripts/evaluate/evaluated-tasks';
import { textsIn } from '../../../scripts/evaluate/next-edit/evaluate-next-edit';
import type { EvaluateOptions } from '../../../scripts/evaluate/options';
import { pairedWays } from '../../../scripts/evaluate/paired';
import { readTasks } from '../../../scripts/evaluate/tasks-file';
import { readLines } from '../../../src/cli/command-line/jsonl-lines';
import { parseRequest } from '../../../src/cli/fill/jsonl-request';
import { cutText, readTextFile, textFile } from '../../../src/cli/command-line/text-file';
import { collectRange } from '../../../src/cli/command-line/options';
import type { Engine } from '../../../src/engine/index';
import { startLane } from '../../../src/demo/requests';
import { readTraceFile } from '../../../src/demo/trace-file';
import { messagesIn, sayWhatToDo, unseen } from '../../support/messages';
import { temporaryFolder } from '../../../scripts/tiny-bundle/tiny-bundle';
import { CLI, runCli } from '../../support/cli/run-cli';
import { usageOf } from '../../support/cli/usage';

/** Brought about in the tests of the benchmarks. */
const ELSEWHERE = /^scripts\/evaluate\/(main|options|benchmarks\/[\w-]+)\.ts/;

const TASK = { id: 'a', lang: 'ts', path: 'a.ts', prefix: '', suffix: '', kind: 'line', middle: 'x' };

/** Every message of the terminal's commands and of the demo page's files; the engine's own are in its own list. */
describe('every error message of the command line', function () {
  this.timeout(60_000);
  const root = temporaryFolder();
  const seen: string[] = [];
  const file = (name: string, content: string | Uint8Array): string => {
    const at = path.join(root, name);
    fs.writeFileSync(at, content);
    return at;
  };
  const range = (text: string, on: string): unknown =>
    cutText(
      textFile('a.ts', on),
      text.split(' ').flatMap((one) => collectRange(one)),
    );
  const tasks = (content: string): unknown => readTasks(file('tasks.jsonl', content));
  const line = async (bytes: Uint8Array, most = 1 << 20): Promise<void> => {
    async function* chunks(): AsyncGenerator<Buffer> {
      yield Promise.resolve(Buffer.from(bytes));
    }
    for await (const { content } of readLines(await Promise.resolve(chunks()), most))
      if (typeof content !== 'string') throw new Error(content.message);
  };
  const command = async (args: string): Promise<void> => {
    throw new Error((await usageOf(args.split(' '))).replace(/^error: /, '').trim());
  };
  /** The command line of an installation without models and without samples. */
  const bare = async (args: string): Promise<void> => {
    const script = path.join(root, 'bare/dist/cli.js');
    fs.cpSync(CLI, script);
    fs.writeFileSync(path.join(root, 'bare/package.json'), '{}');
    const { stderr } = await runCli(args.split(' '), '', root, script);
    throw new Error(stderr.replace(/^error: /, '').trim());
  };

  /** The command line as people start it. */
  const whole = async (args: string): Promise<void> => {
    const { stderr } = await runCli(args.split(' '));
    throw new Error(stderr.replace(/^error: /, '').trim());
  };

  const cases: Readonly<Record<string, () => unknown>> = {
    'no file and no range': () => command('fill'),
    'no range': () => command('fill samples/shopping-cart.ts'),
    'a file and JSON lines': () => command('fill samples/shopping-cart.ts --jsonl'),
    'complete without lines': () => command('complete'),
    'a count': () => command('generate --tokens many'),
    'a number that must be above 0': () => command('generate --temperature 0'),
    'a share': () => command('generate --threshold 2'),
    'a row that the bench has not': () => whole('bench --only nothing'),
    'a penalty': () => command('generate --repetition-penalty 0.5'),
    'a number that must not be negative': () => command('generate --guidance -1'),
    'no model': () => bare('generate'),
    'a sample that was changed': () => {
      fs.mkdirSync(path.join(root, 'bare/samples'), { recursive: true });
      file('bare/samples/shopping-cart.ts', '// nothing\n');
      return bare('self-check');
    },
    'another form of range': () => collectRange('3'),
    'a range that counts from 0': () => collectRange('0:1-1:1'),
    'a range whose ends are exchanged': () => collectRange('3:2-3:1'),
    'no such file': () => readTextFile(path.join(root, 'nothing')),
    'a folder': () => readTextFile(root),
    'a binary file': () => readTextFile(file('binary', Uint8Array.of(0, 1))),
    'a file in another encoding': () => readTextFile(file('latin1', Uint8Array.of(0xe9, 0x41))),
    'a line that is not there': () => range('9:1-9:1', 'a\nb\n'),
    'a column that is not there': () => range('1:9-1:9', 'a\nb\n'),
    'half a character': () => range('1:2-1:2', '😀\n'),
    'ranges that touch': () => range('1:1-1:2 1:2-1:3', 'abc\n'),
    'a line that is not JSON': () => parseRequest('{'),
    'a line that is a list': () => parseRequest('[]'),
    'a line without an id': () => parseRequest('{}'),
    'a line whose prefix is a number': () => parseRequest('{"id":1,"prefix":2}'),
    'a line in another encoding': () => line(Uint8Array.of(0xe9, 0x0a)),
    'a line that is too long': () => line(Buffer.alloc(20, 'a'), 10),
    'no file of tasks': () => readTasks(path.join(root, 'nothing')),
    'a task that is not JSON': () => tasks('{'),
    'a task without an end': () => tasks(JSON.stringify({ ...TASK, suffix: undefined })),
    'two tasks of one id': () => tasks(`${JSON.stringify(TASK)}\n${JSON.stringify(TASK)}\n`),
    'no task': () => {
      const options = { tasks: file('none.jsonl', '\n') } as EvaluateOptions;
      return evaluatedTasks(options, root, new AbortController().signal);
    },
    'no folder to draw tasks from': () => {
      const options = { from: path.join(root, 'nothing') } as EvaluateOptions;
      return evaluatedTasks(options, root, new AbortController().signal);
    },
    'a language that no package has': () =>
      textsIn([{ path: 'p/a.go', lang: 'go', text: '' }] as never, ['c']),
    'tasks without other files': () => pairedWays({ tabs: true } as EvaluateOptions, []),
    'a card of another form': () =>
      writeCard(file('README.md', '# A model\n'), {
        model: {},
        comparisons: [],
        memorisation: [],
      } as never),
    'nothing to measure': () => {
      for (const folder of ['src', 'scripts', 'test']) fs.mkdirSync(path.join(root, folder));
      return findPlaces(root);
    },
    'a demo text without a hole': () =>
      startLane({} as Engine, { around: ['all of it'] } as never, {} as never, {}),
    'another kind of file as a trace': () => readTraceFile('PNG'),
    'another JSON file as a trace': () => readTraceFile('{}'),
    'a trace of a later version': () => readTraceFile('{"format":"llada-trace","version":99}'),
    'a damaged trace': () => readTraceFile('{"format":"llada-trace","version":1,"run":{}}'),
  };

  sayWhatToDo(cases, seen);

  it('is listed here', () => {
    const thrown =
      /^(CliError|UsageError|BadLine|InvalidArgumentError|RangeError|EngineError|TraceFileError)$/;
    const messages = ['src/cli', 'src/demo', 'scripts/evaluate']
      .flatMap((folder) => messagesIn(folder, thrown))
      .filter(({ where }) => !where.startsWith('src/demo/page/') && !ELSEWHERE.test(where));
    assert.ok(messages.length > 25);
    // Commander puts its own words before what an option says of its argument.
    const texts = seen.flatMap((text) => [text, text.replace(/^[^]*? is invalid\. /, '')]);
    assert.deepEqual(unseen(messages, texts), []);
  });
});
