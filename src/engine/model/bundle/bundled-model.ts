import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { WEIGHT_PRECISIONS, type WeightPrecision } from '../graph/architecture';

/** A model bundle that comes with the project, in one precision. */
export interface BundledModel {
  readonly name: string;
  readonly folder: string;
  readonly precision: WeightPrecision;
}

/**
 * The bundles under `root`: those the build derived (`dist/models/<name>-<precision>`), then the masters they were
 * derived from (`models/<name>`, f16), each by name. A damaged bundle is listed too: loading it says what is wrong.
 *
 * @param root the repository's or the installed extension's folder
 */
export function findBundledModels(root: string): BundledModel[] {
  const derived = bundleFolders(join(root, 'dist', 'models')).flatMap(({ name, folder }) => {
    const precision = WEIGHT_PRECISIONS.find((suffix) => name.endsWith(`-${suffix}`));
    return precision ? [{ name: name.slice(0, -precision.length - 1), folder, precision }] : [];
  });
  const masters = bundleFolders(join(root, 'models')).map((bundle) => ({
    ...bundle,
    precision: 'f16' as const,
  }));
  return [...derived, ...masters];
}

function bundleFolders(parent: string): { name: string; folder: string }[] {
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .sort()
    .map((name) => ({ name, folder: join(parent, name) }))
    .filter(({ folder }) => existsSync(join(folder, 'config.json')));
}
