import type { EngineStats, LoadOptions, RequestStats } from '../contract/engine';
import { EngineError, toEngineError } from '../contract/errors';
import { fill, readWholeContext } from '../requests/fill';
import { generate } from '../requests/generate';
import { likelihood } from '../requests/likelihood';
import type { Loaded } from '../model/runtime/load-model';
import type { Runtime } from '../model/runtime/runtime';
import { score } from '../requests/score';
import { RequestPredictor } from '../requests/sharing/request-predictor';
import { SharedSteps, type Asker, type SharedWork } from '../requests/sharing/shared-steps';
import { tokenize } from '../requests/tokenize';
import { Admission } from './admission';
import type { Answers, Asked, ToClient, ToHost } from './protocol';

type Value = Answers[keyof Answers];
type Respond = (runtime: Runtime, signal: AbortSignal) => AsyncIterable<Value> | Promise<Value>;

/** Facts that only the surroundings know. */
export type ProcessStats = Omit<EngineStats, keyof RequestStats>;

/** Where an engine runs: a child process or a Worker. */
export interface Surroundings<Source> {
  readonly send: (message: ToClient) => void;
  load(source: Source, options: LoadOptions): Promise<Loaded>;
  /** Missing where nothing tells. */
  stats?(): ProcessStats;
  /** Lets messages that have arrived meanwhile be read: a forward blocks the thread. */
  readMessages(): Promise<void>;
  /** Told when there is something to do, and when not. */
  busy?(busy: boolean): void;
  /** Tells if nothing more is to be expected of ONNX Runtime; it is then not asked any further. */
  endsWith?(error: unknown): boolean;
}

/**
 * The engine from the inside: loads a model and answers requests. They come one after the other, since two at once would only
 * slow each other down, unless the model was loaded for several at once (`LoadOptions.together`): their steps then share
 * forwards.
 *
 * @returns what takes the client's messages
 */
export function serve<Source>(surroundings: Surroundings<Source>): (message: ToHost<Source>) => void {
  let loaded: Promise<Loaded> | undefined;
  const admission = new Admission();
  /** Of each opening of the model. */
  const shared = new Map<Runtime, SharedSteps>();
  const aborts = new Map<number, AbortController>();
  const { send } = surroundings;
  const setBusy = (busy: boolean): void => surroundings.busy?.(busy);

  async function load(source: Source, options: LoadOptions): Promise<void> {
    setBusy(true);
    try {
      loaded = surroundings.load(source, options);
      const { info, together } = await loaded;
      admission.most = together;
      send({ type: 'loaded', info });
    } catch (error) {
      const { code, message } = toEngineError(error);
      send({ type: 'load-failed', code, message });
    } finally {
      setBusy(aborts.size > 0);
    }
  }

  /** The runtime as one request sees it. */
  function runtimeFor(runtime: Runtime, asker: Asker): Runtime {
    const steps =
      shared.get(runtime) ?? new SharedSteps(runtime.predictor, () => surroundings.readMessages());
    shared.set(runtime, steps);
    const predictor = new RequestPredictor(steps, asker);
    return { ...runtime, predictor, kept: runtime.kept && predictor.keeping(runtime.kept) };
  }

  function enqueue(asked: Asked, respond: Respond): void {
    admission.put(asked.session, asked.id, accept(asked, respond));
  }

  /** @returns what answers it */
  function accept(asked: Asked, respond: Respond): () => Promise<void> {
    const abort = new AbortController();
    aborts.set(asked.id, abort);
    setBusy(true);
    return () => answer(asked, respond, abort.signal);
  }

  async function answer(
    { id, session, background }: Asked,
    respond: Respond,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      if (!loaded) throw new Error('a request came before a model was loaded');
      const { runtime, backgroundRuntime } = await loaded;
      const own = runtimeFor(background ? await backgroundRuntime() : runtime, { session, signal });
      const values = respond(own, signal);
      for await (const value of values instanceof Promise ? [values] : values) {
        send({ type: 'value', id, value });
        // A cancel among them ends this before the next forward.
        await surroundings.readMessages();
      }
      send({ type: 'ended', id });
    } catch (error) {
      if (surroundings.endsWith?.(error) !== true) fail(id, error);
    } finally {
      forget(id);
    }
  }

  function cancel(id: number): void {
    aborts.get(id)?.abort();
    if (!admission.withdraw(id)) return;
    fail(id, new EngineError('cancelled', 'The request was cancelled.'));
    forget(id);
  }

  function requestStats(): RequestStats {
    const { running, waiting } = admission;
    const work = [...shared.values()].map((steps) => steps.work);
    const sum = (count: (of: SharedWork) => number): number =>
      work.reduce((total, of) => total + count(of), 0);
    return {
      running,
      waiting,
      steps: sum(({ steps }) => steps),
      stepContexts: sum(({ contexts }) => contexts),
      stepRows: sum(({ rows }) => rows),
    };
  }

  function fail(id: number, error: unknown): void {
    const { code, message } = toEngineError(error);
    send({ type: 'failed', id, code, message });
  }

  function forget(id: number): void {
    aborts.delete(id);
    setBusy(aborts.size > 0);
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
        enqueue(message, async (runtime) => {
          await runtime.kept?.forget(message.name);
          return true as const;
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
        // The network has no part in it: it waits for nobody's turn.
        void accept(message, (runtime) => Promise.resolve(tokenize(runtime, message.text)))();
        break;
      case 'stats': {
        const process = surroundings.stats?.();
        const { id } = message;
        if (process) {
          send({ type: 'value', id, value: { ...process, ...requestStats() } });
          send({ type: 'ended', id });
        } else {
          const why = 'The engine has no figures of its process here: a browser does not tell them.';
          fail(id, new EngineError('bad-request', why));
        }
        break;
      }
      case 'cancel':
        cancel(message.id);
        break;
    }
  };
}
