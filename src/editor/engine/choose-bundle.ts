import { EngineError } from '../../engine/index';
import type { OfferedModel, Platform } from '../shared/platform';
import type { ModelSettings } from '../shared/settings';

/**
 * The model bundle's folder that the settings name, or the first of the bundled models: int8 for the CPU, the master
 * for a GPU, which computes int8 graphs wrongly or slowly.
 *
 * @param models the bundled ones
 * @throws EngineError `bundle-missing`
 */
export function chooseBundle(
  models: readonly OfferedModel[],
  { path, provider }: ModelSettings,
  { hasFolders }: Pick<Platform, 'hasFolders'> = { hasFolders: true },
): string {
  if (path !== '' && !hasFolders) {
    throw new EngineError(
      'bundle-missing',
      `The model at ${path} cannot be used here: this VS Code is a web page, and models from folders need VS Code on a desktop or a server. Delete the setting “llada.model.path” to use the model of the extension.`,
    );
  }
  if (path !== '') return path;
  const onCpu = provider === 'cpu' || provider === 'auto';
  const chosen = models.find(({ precision }) => (precision === 'int8') === onCpu) ?? models[0];
  if (!chosen) {
    throw new EngineError(
      'bundle-missing',
      hasFolders
        ? 'This copy of the extension has no bundled model. Set “llada.model.path” to the folder of a model bundle, or train one with “npm run train-model” and build again.'
        : 'This copy of the extension has no bundled model. Get the extension from a marketplace again, or use VS Code on a desktop or a server.',
    );
  }
  return chosen.folder;
}
