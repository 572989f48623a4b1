import { checkBundle, type Bundle } from './bundle';
import { FolderFiles } from './folder-files';

/**
 * Checks the bundle in a folder: see `checkBundle`.
 *
 * @throws EngineError `bundle-missing`, `bundle-damaged` or `tokenizer-mismatch`
 */
export function readBundle(folder: string): Promise<Bundle> {
  return checkBundle(new FolderFiles(folder));
}
