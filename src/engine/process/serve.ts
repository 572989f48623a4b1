import type { EngineStats, LoadOptions } from '../contract/engine';
import { toEngineError } from '../contract/errors';
import { fill, readWholeContext } from '../requests/fill';
import { generate } from '../requests/generate';
import { likelihood } from '../requests/likelihood';
import type { Loaded } from '../model/runtime/load-model';
import type { Runtime } from '../model/runtime/runtime';
import { score } from '../requests/score';
import { tokenize } from '../requests/tokenize';
import type { Answers, Asked, ToClient, ToHost } from './protocol';

type Value = Answers[keyof Answers];
type Respond = (runtime: Runtime, signal: AbortSignal) => AsyncIterable<Value> | Promise<Value>;

/** Where an engine runs: a child process or a Worker. */
export interface Surroundings<Source> {
  readonly send: (message: ToClient) => void;
  load(source: Source, options: LoadOptions): Promise<Loaded>;
  /** Missing where nothing tells. */
  stats?(): EngineStats;
  /** Lets messages that have arrived meanwhile be read: a forward blocks the thread. */
  readMessages(): Promise<void>;
  /** Told when there is something to do, and when not. */
  busy?(busy: boolean): void;
  /** Tells if nothing more is to be expected of ONNX Runtime; it is then not asked any further. */
  endsWith?(error: unknown): boolean;
}

/**
 * The engine from the inside: loads a model and answers requests, one after the other, since two at once would only slow
 * each other down.
 *
 * @returns what takes the client's messages
 */
export function serve<Source>(surroundings: Surroundings<Source>): (message: ToHost<Source>) => void {
  let loaded: Promise<Loaded> | undefined;
  let last: Promise<void> = Promise.resolve();
  const aborts = new Map<number, AbortController>();
  const { send } = surroundings;
  const setBusy = (busy: boolean): void => surroundings.busy?.(busy);

  async function load(source: Source, options: LoadOptions): Promise<void> {
    setBusy(true);
    try {
      loaded = surroundings.load(source, options);
      const { info } = await loaded;
      send({ type: 'loaded', info });
    } catch (error) {
      const { code, message } = toEngineError(error);
      send({ type: 'load-failed', code, message });
    } finally {
      setBusy(aborts.size > 0);
    }
  }

  function enqueue({ id, background }: Asked, respond: Respond): void {
    const abort = new AbortController();
    aborts.set(id, abort);
    setBusy(true);
    last = last.then(async () => {
      try {
        if (!loaded) throw new Error('a request came before a model was loaded');
        const { runtime, backgroundRuntime } = await loaded;
        const values = respond(background ? await backgroundRuntime() : runtime, abort.signal);
        for await (const value of values instanceof Promise ? [values] : values) {
          send({ type: 'value', id, value });
          // A cancel among them ends this before the next forward.
          await surroundings.readMessages();
        }
        send({ type: 'ended', id });
      } catch (error) {
        const { code, message } = toEngineError(error);
        if (surroundings.endsWith?.(error) !== true) send({ type: 'failed', id, code, message });
      } finally {
        aborts.delete(id);
        setBusy(aborts.size > 0);
      }
    });
  }

  return (message) => {
    switch (message.type) {
      case 'load':
        void load(message.source, message.options);
        break;
      case 'fill':
        enqueue(message, (runtime, signal) => fill(runtime, message.request, signal));
        break;
      case 'read-context':
        enqueue(message, (runtime, signal) => readWholeContext(runtime, message.request, signal));
        break;
      case 'forget-context':
        enqueue(message, (runtime) => {
          runtime.kept?.forget(message.name);
          return Promise.resolve(true);
        });
        break;
      case 'generate':
        enqueue(message, (runtime, signal) => generate(runtime, message.request, signal));
        break;
      case 'likelihood':
        enqueue(message, (runtime, signal) => likelihood(runtime, message.request, signal));
        break;
      case 'score':
        enqueue(message, (runtime, signal) => score(runtime, message.request, signal));
        break;
      case 'tokenize':
        enqueue(message, (runtime) => Promise.resolve(tokenize(runtime, message.text)));
        break;
      case 'stats': {
        const value = surroundings.stats?.();
        const { id } = message;
        if (value) {
          send({ type: 'value', id, value });
          send({ type: 'ended', id });
        } else {
          const why = 'The engine has no figures of its process here: a browser does not tell them.';
          send({ type: 'failed', id, code: 'bad-request', message: why });
        }
        break;
      }
      case 'cancel':
        aborts.get(message.id)?.abort();
        break;
    }
  };
}
