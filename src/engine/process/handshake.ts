import type { EngineInfo } from '../contract/engine';
import { EngineError } from '../contract/errors';
import type { Answer, ToClient } from './protocol';

/** The begin of an engine's life, the same in a child process and in a Worker: it loads a model, refuses to, or ends. */
export class Handshake {
  /** Rejects with an `EngineError`: why the model was refused, or why the engine is gone. */
  readonly loaded: Promise<EngineInfo>;
  #succeed!: (info: EngineInfo) => void;
  #fail!: (error: EngineError) => void;
  #refused = false;

  /** @param answer takes what is said of requests */
  constructor(private readonly answer: (answer: Answer) => void) {
    this.loaded = new Promise((resolve, reject) => {
      this.#succeed = resolve;
      this.#fail = reject;
    });
    // It is told to whoever loads; without a listener of its own a failure would end the client.
    this.loaded.catch(() => undefined);
  }

  /** True once the engine has said that it cannot use the bundle or the provider. */
  get refused(): boolean {
    return this.#refused;
  }

  receive(message: ToClient): void {
    if (message.type === 'loaded') {
      this.#succeed(message.info);
    } else if (message.type === 'load-failed') {
      this.#refused = true;
      this.#fail(new EngineError(message.code, message.message));
    } else {
      this.answer(message);
    }
  }

  /** The engine is gone. */
  gone(error: EngineError): void {
    this.#fail(error);
  }
}
