/**
 * The import process, forked by import-process.ts: it turns gigabytes of weights into others, which would keep the
 * editor's extension host from all else. It ends when its parent closes the channel, and tidies up before.
 */
import { ArchitectureUnknown, type ImportRequest } from '../contract/importing';
import { toEngineError } from '../contract/errors';
import { importModel } from '../model/import/import-model';
import type { FromImport } from './import-protocol';

/** Progress is told this often, in ms. */
const TELL_MS = 200;

const ABORT = new AbortController();

function tell(message: FromImport): void {
  if (process.connected) process.send?.(message);
}

async function run(request: ImportRequest): Promise<void> {
  let told = 0;
  try {
    const { name, parameters, origin, licence, notes } = await importModel(request, {
      signal: ABORT.signal,
      environment: process.env,
      onProgress: (phase, done, all) => {
        const now = performance.now();
        if (now - told < TELL_MS && done < all) return;
        told = now;
        tell({ type: 'progress', phase, done, all });
      },
    });
    tell({ type: 'done', model: { name, parameters, origin, licence, notes } });
  } catch (error) {
    const choices = error instanceof ArchitectureUnknown ? error.choices : undefined;
    tell({ type: 'failed', message: toEngineError(error).message, choices });
  }
  if (process.connected) process.disconnect();
}

process.once('message', (request: ImportRequest) => void run(request));
process.on('disconnect', () => ABORT.abort());
// Ctrl-C in a terminal reaches the whole group; when this process ends is the parent's to say.
process.on('SIGINT', () => undefined);
