import * as vscode from 'vscode';
import type { OfferedModel, Platform } from '../editor/shared/platform';
import { EngineError } from '../engine/index';
import { CONFIG_FILE, EngineClient, parseConfig, summaryOf } from '../engine/web';
import type { WebSource } from './source';
import { inWorker } from './worker-engine';

function joinPath(base: vscode.Uri, ...path: string[]): vscode.Uri {
  return vscode.Uri.joinPath(base, ...path);
}

/** The extension host in a web worker: of a VS Code that is a web page, with nothing behind it. */
export function webPlatform(extension: vscode.Uri): Platform {
  const dist = joinPath(extension, 'dist');
  const models = joinPath(dist, 'models');
  return {
    engineIn: 'a web worker',
    providers: ['auto', 'cpu'],
    processor: `a browser, ${navigator.hardwareConcurrency} cores`,
    cores: navigator.hardwareConcurrency,
    memoryBytes: undefined,
    hasFolders: false,
    async bundledModels() {
      // Where an extension is got by HTTP, folders have no listing.
      const index: unknown = JSON.parse(await readText(joinPath(models, 'index.json')));
      return (index as { name: string; precision: string }[]).map(({ name, precision }): OfferedModel => ({
        folder: joinPath(models, name).toString(),
        precision,
      }));
    },
    summarize: async (folder) =>
      summaryOf(JSON.parse(await readText(joinPath(vscode.Uri.parse(folder), CONFIG_FILE)))),
    loadEngine: (bundle, options) =>
      EngineClient.start(
        inWorker({
          readScript: () => read(joinPath(dist, 'engine-worker.js')),
          readSource: () => readSource(extension, bundle),
        }),
        options,
      ),
    readFile: (file) => readShipped(extension, file),
    importModel: undefined,
    isWriteProtected: () => Promise.resolve(false),
  };
}

/** Reads all that the engine runs on, from the extension itself: the bundle is a bundled one, for there are no folders here. */
async function readSource(extension: vscode.Uri, folder: string): Promise<WebSource> {
  const inBundle = (name: string): vscode.Uri => joinPath(vscode.Uri.parse(folder), name);
  const names = [CONFIG_FILE, ...(await filesNamedBy(inBundle(CONFIG_FILE)))];
  const [wasm, mjs, ...files] = await Promise.all([
    readRuntime(extension, 'wasm'),
    readRuntime(extension, 'mjs'),
    ...names.map(async (name) => [name, await read(inBundle(name))] as const),
  ]);
  return { folder, files: new Map(files), ort: { wasm, mjs } };
}

/** A file that a package has beside the bundles, and the repository where npm put it. */
async function readShipped(extension: vscode.Uri, file: string): Promise<Uint8Array<ArrayBuffer>> {
  return read(joinPath(extension, 'dist', file)).catch(() => read(joinPath(extension, file)));
}

/** A file of ONNX Runtime's build. */
async function readRuntime(extension: vscode.Uri, kind: 'wasm' | 'mjs'): Promise<Uint8Array<ArrayBuffer>> {
  return readShipped(extension, `node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.${kind}`);
}

/** The bundle's files by what its config.json says; none if it is not right, which the check of the bundle says then. */
async function filesNamedBy(config: vscode.Uri): Promise<string[]> {
  try {
    const { files } = parseConfig(JSON.parse(await readText(config)));
    return Object.values(files)
      .flat()
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

async function readText(uri: vscode.Uri): Promise<string> {
  return new TextDecoder().decode(await read(uri));
}

/**
 * A copy, which can be handed over to another thread: what VS Code gives may be a part of something larger.
 *
 * @throws EngineError `bundle-missing`: these are files of the extension, often got by HTTP at this moment
 */
async function read(uri: vscode.Uri): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await vscode.workspace.fs.readFile(uri));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EngineError(
      'bundle-missing',
      `The files of the extension could not be read (${why.replace(/\.$/, '')}). Check the connection and reload the page.`,
      { cause: error },
    );
  }
}
