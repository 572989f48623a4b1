import path from 'node:path';
import type { FillRequest, LoadOptions, RunOptions, Step } from '../../../src/engine/index';
import { isRunning } from '../../../src/engine/model/runtime/is-running';
import { inChildProcess } from '../../../src/engine/process/child-process';
import { EngineClient } from '../../../src/engine/process/client';
import type { Patience } from '../../../src/engine/process/watchdog';

/** The engine process's script, as the build makes it. */
export const HOST = path.resolve('dist/engine-host.js');
export const REQUEST: FillRequest = {
  path: 'src/a.js',
  prefix: 'function add(a, b) {\n  ',
  suffix: '\n}\n',
  holes: [{ tokens: 12 }],
  threshold: 0,
};

interface StartOptions extends LoadOptions {
  readonly script?: string;
  readonly patience?: Partial<Patience>;
}

/** An engine in a real child process; to be disposed of. */
export function startEngine(
  folder: string,
  { script = HOST, patience, ...options }: StartOptions = {},
): Promise<EngineClient> {
  const process = inChildProcess(script, folder, patience);
  return EngineClient.start(process, { provider: 'cpu', threads: 1, ...options });
}

/** Lends such an engine to `use`. */
export async function withEngine(
  folder: string,
  use: (engine: EngineClient) => Promise<void>,
  options: StartOptions = {},
): Promise<void> {
  const engine = await startEngine(folder, options);
  try {
    await use(engine);
  } finally {
    await engine.dispose();
  }
}

export async function lastStep(steps: AsyncIterable<Step>): Promise<Step> {
  let last: Step | undefined;
  for await (const step of steps) last = step;
  return last!;
}

export async function fillText(
  engine: EngineClient,
  request: FillRequest = REQUEST,
  options: RunOptions = {},
): Promise<string> {
  return (await lastStep(engine.fill(request, options))).texts[0]!;
}

/** Resolves once no process has this id. */
export async function ended(pid: number): Promise<void> {
  while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}
