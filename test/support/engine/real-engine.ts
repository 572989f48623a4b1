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

/** Lends an engine in a real child process to `use`. */
export async function withEngine(
  folder: string,
  use: (engine: EngineClient) => Promise<void>,
  {
    script = HOST,
    patience,
    ...options
  }: LoadOptions & { readonly script?: string; readonly patience?: Partial<Patience> } = {},
): Promise<void> {
  const engine = await EngineClient.start(inChildProcess(script, folder, patience), {
    provider: 'cpu',
    threads: 1,
    ...options,
  });
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
