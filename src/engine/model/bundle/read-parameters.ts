import type { Parameter } from '../graph/parameters';
import { decodeWeights } from '../graph/weights';
import type { Bundle } from './bundle';

/** The parameters in a bundle's weights file, as float32. */
export async function readParameters({ files, config }: Bundle): Promise<Map<string, Parameter>> {
  return decodeWeights(config.architecture, config.precision, await files.read(config.files.weights.name));
}
