import path from 'node:path';
import type { Engine, LoadOptions } from './contract/engine';
import { inChildProcess } from './process/child-process';
import { EngineClient } from './process/client';
import { importInChild, type ImportOptions } from './process/import-process';
import type { ImportedModel, ImportRequest } from './contract/importing';

export { findBundledModels, type BundledModel } from './model/bundle/bundled-model';
export { readSummary } from './model/bundle/read-summary';
export { isRunning } from './model/runtime/is-running';
export { EngineClient, inChildProcess };

/**
 * Loads a model bundle in a child process and warms it up.
 *
 * @param folder the bundle's folder
 * @throws EngineError `bundle-missing`, `bundle-damaged`, `tokenizer-mismatch`, `provider-unavailable` or
 *   `engine-crashed`, each saying what to do
 */
export async function loadEngine(folder: string, options: LoadOptions = {}): Promise<Engine> {
  // webpack puts the engine process's script beside whatever it bundles this into.
  const script = path.join(__dirname, 'engine-host.js');
  return EngineClient.start(inChildProcess(script, path.resolve(folder)), options);
}

/**
 * Imports a model of others in a child process: see `importModel` of the import door.
 *
 * @throws EngineError `import-refused` saying what to do, or `cancelled`; ArchitectureUnknown
 */
export function importModelInChild(
  request: ImportRequest,
  options: ImportOptions = {},
): Promise<ImportedModel> {
  return importInChild(path.join(__dirname, 'import-host.js'), request, options);
}
