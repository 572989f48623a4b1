/**
 * The engine process, forked by client.ts. onnxruntime-node blocks the thread it runs on, and ending a worker thread
 * during a run aborts the whole process; a child process of its own spares the editor both.
 */
import { isMainThread, workerData } from 'node:worker_threads';
import type { EngineStats, LoadOptions } from '../api';
import { toEngineError } from '../errors';
import { fill } from '../fill';
import { generate } from '../generate';
import { likelihood } from '../likelihood';
import { loadRuntime, type Loaded } from '../load';
import type { Runtime } from '../runtime';
import { score } from '../score';
import { tokenize } from '../tokenize';
import { beat, Heartbeat } from './heartbeat';
import type { Answers, ToClient, ToHost } from './protocol';

type Value = Answers[keyof Answers];
type Asked = Extract<ToHost, { readonly background: boolean }>;
type Run = (runtime: Runtime, signal: AbortSignal) => AsyncIterable<Value> | Promise<Value>;

let loaded: Promise<Loaded> | undefined;
/** Requests run one after the other: two at once would only slow each other down. */
let last: Promise<void> = Promise.resolve();
const aborts = new Map<number, AbortController>();

function send(message: ToClient): void {
  // The parent may be gone between two steps; 'disconnect' ends this process then.
  if (process.connected) process.send?.(message);
}

async function load(folder: string, options: LoadOptions): Promise<void> {
  try {
    loaded = loadRuntime(folder, options);
    const { info } = await loaded;
    send({ type: 'loaded', info });
  } catch (error) {
    const { code, message } = toEngineError(error);
    send({ type: 'load-failed', code, message });
  }
}

function enqueue({ id, background }: Asked, heartbeat: Heartbeat, run: Run): void {
  const abort = new AbortController();
  aborts.set(id, abort);
  heartbeat.busy = true;
  last = last.then(async () => {
    try {
      if (!loaded) throw new Error('a request came before a model was loaded');
      const { runtime, backgroundRuntime } = await loaded;
      const values = run(background ? await backgroundRuntime() : runtime, abort.signal);
      for await (const value of values instanceof Promise ? [values] : values) {
        send({ type: 'value', id, value });
        // Lets a cancel that has arrived meanwhile be read before the next forward blocks this thread.
        await new Promise((resolve) => setImmediate(resolve));
      }
      send({ type: 'ended', id });
    } catch (error) {
      const { code, message } = toEngineError(error);
      send({ type: 'failed', id, code, message });
    } finally {
      aborts.delete(id);
      heartbeat.busy = aborts.size > 0;
    }
  });
}

function stats(): EngineStats {
  const { maxRSS } = process.resourceUsage();
  return { pid: process.pid, residentBytes: process.memoryUsage.rss(), peakBytes: maxRSS * 1024 };
}

function serve(): void {
  const heartbeat = new Heartbeat(__filename);
  process.on('message', (message: ToHost) => {
    switch (message.type) {
      case 'load':
        heartbeat.busy = true;
        void load(message.folder, message.options).then(() => (heartbeat.busy = aborts.size > 0));
        break;
      case 'fill':
        enqueue(message, heartbeat, (runtime, signal) => fill(runtime, message.request, signal));
        break;
      case 'generate':
        enqueue(message, heartbeat, (runtime, signal) => generate(runtime, message.request, signal));
        break;
      case 'likelihood':
        enqueue(message, heartbeat, (runtime, signal) => likelihood(runtime, message.request, signal));
        break;
      case 'score':
        enqueue(message, heartbeat, (runtime, signal) => score(runtime, message.request, signal));
        break;
      case 'tokenize':
        enqueue(message, heartbeat, (runtime) => Promise.resolve(tokenize(runtime, message.text)));
        break;
      case 'stats':
        send({ type: 'value', id: message.id, value: stats() });
        send({ type: 'ended', id: message.id });
        break;
      case 'cancel':
        aborts.get(message.id)?.abort();
        break;
    }
  });
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C in a terminal reaches the whole group; when this process ends is the parent's to say.
  process.on('SIGINT', () => undefined);
}

if (isMainThread) serve();
else beat(workerData as Int32Array);
