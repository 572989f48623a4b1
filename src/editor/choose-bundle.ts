import { EngineError, findBundledModels } from '../engine';
import type { ModelSettings } from './settings';

/**
 * The model bundle's folder that the settings name, or the first of the bundled models: int8 for the CPU, the master
 * for a GPU, which computes int8 graphs wrongly or slowly.
 *
 * @param extensionFolder where the bundled models are
 * @throws EngineError `bundle-missing`
 */
export function chooseBundle(extensionFolder: string, { path, provider }: ModelSettings): string {
  if (path !== '') return path;
  const models = findBundledModels(extensionFolder);
  const onCpu = provider === 'cpu' || provider === 'auto';
  const chosen = models.find(({ precision }) => (precision === 'int8') === onCpu) ?? models[0];
  if (!chosen) {
    throw new EngineError(
      'bundle-missing',
      'This copy of the extension has no bundled model. Set “llada.model.path” to the folder of a model bundle, or train one with “npm run train-model” and build again.',
    );
  }
  return chosen.folder;
}
