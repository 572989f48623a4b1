import type { EngineInfo, LoadOptions } from '../contract/engine';
import { EngineError, NO_MEMORY } from '../contract/errors';
import type { Answer, Asked } from './protocol';

/** One life of the engine beside the editor, from its start to its end: a child process, or a Worker in a browser. */
export interface EngineProcess {
  /** Resolves when it is gone, to what a request under way fails with. */
  readonly gone: Promise<EngineError>;
  /** True if it ended, or will, for another reason than somebody's wish. */
  readonly wasUnexpected: boolean;
  /** True while it has something to do, so that signs of life must come. */
  expected: boolean;
  /** @throws EngineError when the bundle or the provider cannot be used, or it ends */
  load(options: LoadOptions): Promise<EngineInfo>;
  send(message: Asked | { readonly type: 'cancel'; readonly id: number }): void;
  /** Ends it. */
  leave(): Promise<void>;
}

/** Starts an engine for a certain model, which `load` then loads. */
export type Launch = (answer: (answer: Answer) => void) => EngineProcess;

/** @param what as in “stopped.” */
export function crashed(what: string): EngineError {
  return new EngineError('engine-crashed', `The engine process ${what} Your text is unchanged; try again.`);
}

/**
 * @param said its last words, empty if there were none
 * @param how as in “SIGSEGV”
 */
export function stopped(said: string, how?: string): EngineError {
  if (NO_MEMORY.test(said)) return crashed('ran out of memory and stopped.');
  const what = how === undefined ? 'stopped.' : `stopped (${how}).`;
  return crashed(said.trim() === '' ? what : `${what} It said: ${said.trim()}`);
}
