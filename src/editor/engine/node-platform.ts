import { stat } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { PROVIDER_NAMES } from '../../engine/index';
import { findBundledModels, loadEngine } from '../../engine/node';
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
    hasFolders: true,
    bundledModels: () => findBundledModels(extensionFolder),
    loadEngine,
    readFile: filesBelow(extensionFolder),
    isWriteProtected: async (file) =>
      file.scheme === 'file' && ((await stat(file.fsPath)).mode & 0o200) === 0,
  };
}
