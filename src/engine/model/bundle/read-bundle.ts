import { checkBundle, type Bundle } from './bundle';
import { readConfigJson } from './bundle-checks';
import { FolderFiles } from './folder-files';

/**
 * Checks the bundle in a folder: see `checkBundle`.
 *
 * @throws EngineError `bundle-missing`, `bundle-damaged` or `tokenizer-mismatch`
 */
export async function readBundle(folder: string): Promise<Bundle> {
  const files = new FolderFiles(folder);
  return checkBundle(files, await readConfigJson(files));
}
