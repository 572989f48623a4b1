import type { Parameter } from '../graph/parameters';
import { decodeWeights } from '../graph/weights';
import type { Bundle } from './bundle';

/** The parameters in a bundle's weights files, as float32. */
export async function readParameters({ files, config }: Bundle): Promise<Map<string, Parameter>> {
  const names = config.files.weights.map(({ name }) => name);
  const read = await Promise.all(names.map(async (name) => [name, await files.read(name)] as const));
  return decodeWeights(config.architecture, config.precision, new Map(read));
}
