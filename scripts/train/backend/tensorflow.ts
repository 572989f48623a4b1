/** The optional backend on libtensorflow: used if the user has installed one of its two packages. */
import * as tf from '@tensorflow/tfjs-core';
import { projectRequire } from './project-require';

const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

function isInstalled(name: string): boolean {
  try {
    projectRequire.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** The package that would be used, GPU build first, or undefined if neither is installed. */
export function findTensorflow(): (typeof PACKAGES)[number] | undefined {
  return PACKAGES.find(isInstalled);
}

/**
 * Loads the package and makes its backend the current one. The package brings its own copy of
 * tfjs-core, but every copy keeps engine, kernels and gradients in one global place, so the
 * backend it registers there is the one used here.
 */
export async function startTensorflow(): Promise<string> {
  const name = findTensorflow();
  if (name === undefined) {
    throw new Error(
      'The TensorFlow backend is not installed. Run "npm install --no-save @tensorflow/tfjs-node-gpu@4.22.0" (CUDA 11) or "npm install --no-save @tensorflow/tfjs-node@4.22.0" (CPU), or choose --backend webgpu or cpu.',
    );
  }
  try {
    projectRequire(name);
  } catch (error) {
    throw new Error(
      `${name} is installed but did not load (its libtensorflow may not have been downloaded: npm rebuild ${name}, or build its binding as docs/training.md says): ${String(error)}. Or choose --backend webgpu or cpu.`,
      { cause: error },
    );
  }
  if (!(await tf.setBackend('tensorflow')))
    throw new Error(`${name} loaded but its backend did not start. Choose --backend webgpu or cpu.`);
  return name;
}
