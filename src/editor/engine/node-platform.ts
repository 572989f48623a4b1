import { stat } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { PROVIDER_NAMES } from '../../engine/index';
import { findBundledModels, importModelInChild, loadEngine, readSummary } from '../../engine/node';
import { filesBelow } from '../../syntax/node-files';
import type { Platform } from '../shared/platform';

/**
 * The extension host in Node: of a desktop, or of the server or container behind a browser.
 *
 * @param extensionFolder where the extension is installed
 */
export function nodePlatform(extensionFolder: string): Platform {
  return {
    engineIn: 'a child process',
    providers: ['auto', ...PROVIDER_NAMES],
    get processor() {
      return `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores`;
    },
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    hasFolders: true,
    bundledModels: () => findBundledModels(extensionFolder),
    summarize: readSummary,
    loadEngine,
    readFile: filesBelow(extensionFolder),
    importModel: importModelInChild,
    isWriteProtected: async (file) =>
      file.scheme === 'file' && ((await stat(file.fsPath)).mode & 0o200) === 0,
  };
}
