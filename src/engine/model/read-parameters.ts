import fs from 'node:fs/promises';
import { bundlePath, type Bundle } from './bundle';
import type { Parameter } from './graph/parameters';
import { decodeWeights } from './graph/weights';

/** The parameters in a bundle's weights file, as float32. */
export async function readParameters(bundle: Bundle): Promise<Map<string, Parameter>> {
  const { architecture, precision } = bundle.config;
  return decodeWeights(architecture, precision, await fs.readFile(bundlePath(bundle, 'weights')));
}
