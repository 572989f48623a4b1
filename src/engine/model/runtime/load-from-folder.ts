import type { LoadOptions } from '../../contract/engine';
import { FolderFiles } from '../bundle/folder-files';
import { loadModel, type Loaded } from './load-model';
import { NODE_MACHINE } from './node-machine';

/** Loads the bundle in a folder, of either kind, into this process: see `loadModel`. */
export function loadRuntime(folder: string, options: LoadOptions): Promise<Loaded> {
  return loadModel(new FolderFiles(folder), NODE_MACHINE, options);
}
