import { EngineError, type EngineInfo, type LoadOptions } from '../engine/index';
import {
  type Answer,
  crashed,
  type EngineProcess,
  Handshake,
  type Launch,
  stopped,
  type ToClient,
  type ToHost,
} from '../engine/web';
import type { WebSource } from './source';

/** Reads what an engine is made of. */
export interface WorkerParts {
  /**
   * The bundle of engine-worker.ts.
   *
   * @throws EngineError `bundle-missing`
   */
  readScript(): Promise<Uint8Array<ArrayBuffer>>;
  /** @throws EngineError `bundle-missing` */
  readSource(): Promise<WebSource>;
}

/** An engine in a Worker. What it is made of is read anew each time: it is handed over, and kept in one place only. */
export function inWorker(parts: WorkerParts): Launch {
  return (answer) => new WorkerEngine(parts, answer);
}

class WorkerEngine implements EngineProcess {
  readonly gone: Promise<EngineError>;
  /** Nothing tells a busy Worker from a hung one: what is expected is not watched. */
  expected = false;
  #worker: Worker | undefined;
  /** The address of the Worker's script, which holds it in memory. */
  #url: string | undefined;
  #end!: (error: EngineError) => void;
  readonly #handshake: Handshake;
  #refused = false;
  #leaving = false;

  constructor(
    private readonly parts: WorkerParts,
    answer: (answer: Answer) => void,
  ) {
    this.#handshake = new Handshake(answer);
    this.gone = new Promise((resolve) => {
      this.#end = (error) => {
        this.#worker?.terminate();
        this.#revoke();
        this.#handshake.gone(error);
        resolve(error);
      };
    });
  }

  get wasUnexpected(): boolean {
    return !this.#refused && !this.#leaving;
  }

  async load(options: LoadOptions): Promise<EngineInfo> {
    try {
      const [script, source] = await Promise.all([this.parts.readScript(), this.parts.readSource()]);
      this.#start(script);
      if (this.#leaving) this.#end(crashed('was ended.'));
      const buffers = [source.ort.wasm, source.ort.mjs, ...source.files.values()].map(({ buffer }) => buffer);
      this.#post({ type: 'load', source, options }, [...new Set(buffers)]);
      return await this.#handshake.loaded;
    } catch (error) {
      this.#refused = !(error instanceof EngineError && error.code === 'engine-crashed');
      if (this.#refused) this.#end(crashed('was ended.'));
      throw error;
    }
  }

  send(message: ToHost<WebSource>): void {
    this.#post(message, []);
  }

  leave(): Promise<void> {
    this.#leaving = true;
    this.#end(crashed('was ended.'));
    return Promise.resolve();
  }

  #post(message: ToHost<WebSource>, transfer: Transferable[]): void {
    this.#worker?.postMessage(message, transfer);
  }

  #revoke(): void {
    if (this.#url !== undefined) URL.revokeObjectURL(this.#url);
    this.#url = undefined;
  }

  #start(script: Uint8Array<ArrayBuffer>): void {
    // A script of another origin is refused, and the extension's files may lie anywhere.
    const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    this.#url = url;
    const worker = new Worker(url, { name: 'LLaDA engine' });
    this.#worker = worker;
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#end(stopped(event.message));
    });
    worker.addEventListener('messageerror', () => this.#end(stopped('a message could not be read')));
    worker.addEventListener('message', ({ data }: MessageEvent<ToClient>) => {
      if (data.type === 'loaded') this.#revoke();
      this.#handshake.receive(data);
    });
  }
}
