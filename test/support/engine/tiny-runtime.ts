import type { FillRequest, Step } from '../../../src/engine/index';
import { fill } from '../../../src/engine/requests/fill';
import { loadRuntime } from '../../../src/engine/model/runtime/load-from-folder';
import type { Runtime } from '../../../src/engine/model/runtime/runtime';
import { temporaryFolder, writeTinyBundle } from '../../../scripts/tiny-bundle/tiny-bundle';

/** A real network of random weights on ONNX Runtime, in this process, in the form that CPUs run. */
export async function tinyRuntime(): Promise<Runtime> {
  const folder = temporaryFolder();
  await writeTinyBundle(folder, 'int8');
  return (await loadRuntime(folder, { provider: 'cpu', threads: 1 })).runtime;
}

export async function allSteps(steps: AsyncIterable<Step>): Promise<Step[]> {
  const all: Step[] = [];
  for await (const step of steps) all.push(step);
  return all;
}

/** The last step of a fill. */
export async function filled(runtime: Runtime, request: FillRequest): Promise<Step> {
  return (await allSteps(fill(runtime, request, undefined))).at(-1)!;
}
