import { constants } from 'node:os';
import { Interruption } from './failures';

/**
 * Aborts, with an `Interruption` as reason, at the first Ctrl-C or SIGTERM and when nobody reads our output any more.
 * A second signal ends the process at once.
 */
export function listenForInterruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (name: 'SIGINT' | 'SIGTERM' | 'SIGPIPE'): void => {
    const exitCode = 128 + constants.signals[name];
    if (controller.signal.aborted) process.exit(exitCode);
    controller.abort(new Interruption(exitCode));
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      interrupt('SIGPIPE');
    });
  }
  return controller.signal;
}
