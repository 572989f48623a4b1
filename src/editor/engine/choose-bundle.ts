import { bundleForProvider, EngineError } from '../../engine/index';
import type { OfferedModel, Platform } from '../shared/platform';
import type { ModelSettings } from '../shared/settings';

/**
 * The model bundle's folder that the settings name, or that of the bundled model that suits the provider.
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
  const chosen = bundleForProvider(models, provider);
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
