import { fork } from 'node:child_process';
import { EngineError } from '../contract/errors';
import {
  ArchitectureUnknown,
  type ImportedModel,
  type ImportPhase,
  type ImportRequest,
} from '../contract/importing';
import { childEnvironment } from './child-environment';
import type { FromImport } from './import-protocol';

export interface ImportOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes. */
  readonly onProgress?: ((phase: ImportPhase, done: number, all: number) => void) | undefined;
}

const STDERR_KEPT = 2000;
/** The variables of Hugging Face's own programs, and where certificates are that an endpoint may need. */
const HUB_VARIABLES = ['HF_ENDPOINT', 'HF_TOKEN', 'HF_HUB_OFFLINE', 'NODE_EXTRA_CA_CERTS'];

/**
 * Imports a model in a process of its own.
 *
 * @param script the bundle of import-host.ts
 * @throws EngineError `import-refused` or `cancelled`, ArchitectureUnknown
 */
export function importInChild(
  script: string,
  request: ImportRequest,
  { signal, onProgress }: ImportOptions = {},
): Promise<ImportedModel> {
  const hub = HUB_VARIABLES.map((name) => [name, process.env[name]] as const);
  const child = fork(script, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      ...childEnvironment(process.env),
      ...Object.fromEntries(hub.filter(([, value]) => value !== undefined)),
    },
    execArgv: [],
  });
  let stderr = '';
  child.stderr
    ?.setEncoding('utf8')
    .on('data', (chunk: string) => (stderr = (stderr + chunk).slice(-STDERR_KEPT)));
  // It tidies up and ends when the channel closes.
  const cancel = (): void => {
    if (child.connected) child.disconnect();
  };
  signal?.addEventListener('abort', cancel, { once: true });
  return new Promise<ImportedModel>((resolve, reject) => {
    let failure: EngineError | undefined;
    let imported: ImportedModel | undefined;
    child.on('error', (error) => reject(ended(`it could not be started: ${error.message}`)));
    child.on('message', (message: FromImport) => {
      if (message.type === 'progress') onProgress?.(message.phase, message.done, message.all);
      else if (message.type === 'done') imported = message.model;
      else {
        const { choices, message: text } = message;
        failure = choices ? new ArchitectureUnknown(choices, text) : new EngineError('import-refused', text);
      }
    });
    const exit = new Promise<string>((gone) => {
      child.on('exit', (code, end) => gone(end ?? `exit code ${code}`));
    });
    // What it said last may come after its end, but never after the channel's.
    const silence = new Promise<void>((gone) => child.on('disconnect', gone));
    void Promise.all([exit, silence]).then(([how]) => {
      if (imported) resolve(imported);
      else if (signal?.aborted) reject(new EngineError('cancelled', 'The import was cancelled.'));
      else reject(failure ?? ended(`it ended (${how}) ${stderr.trim().split('\n').at(-1) ?? ''}`));
    });
    if (signal?.aborted) cancel();
    else child.send(request);
  }).finally(() => signal?.removeEventListener('abort', cancel));
}

function ended(how: string): EngineError {
  return new EngineError(
    'import-refused',
    `The process that imports models did not finish: ${how.trim()}. Close other programs, if memory was short, and try again; what was downloaded is kept.`,
  );
}
