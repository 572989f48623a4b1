import { checkedConfig, readConfigJson } from './bundle-checks';
import { summaryOf, type BundleSummary } from './bundle-summary';
import { FolderFiles } from './folder-files';

/**
 * Reads the facts of the bundle in a folder.
 *
 * @throws EngineError `bundle-missing` or `bundle-damaged`
 */
export async function readSummary(folder: string): Promise<BundleSummary> {
  const files = new FolderFiles(folder);
  return checkedConfig(files, await readConfigJson(files), summaryOf);
}
