import type * as vscode from 'vscode';
import type { Engine, LoadOptions, ProviderName } from '../../engine/index';
import type { ReadFile } from '../../syntax/runtime';

/** A model that comes with the extension, and its form. */
export interface OfferedModel {
  readonly folder: string;
  readonly precision: string;
}

/** What the extension needs of the extension host that it runs in: a Node process or, in a browser, a web worker. */
export interface Platform {
  /** What the engine runs in, for the log. */
  readonly engineIn: string;
  /** What a model may be told to run on. */
  readonly providers: readonly (ProviderName | 'auto')[];
  /** The processor that the benchmark's figures are of. */
  readonly processor: string;
  /** Whether a model may lie in a folder of the user's. */
  readonly hasFolders: boolean;
  /** The models of the extension. */
  bundledModels(): readonly OfferedModel[] | Promise<readonly OfferedModel[]>;
  /** @throws EngineError */
  loadEngine(bundle: string, options: LoadOptions): Promise<Engine>;
  /** Reads a file of the extension. */
  readonly readFile: ReadFile;
  /** Whether the file's mode says that nobody may write to it, where files have one. */
  readonly isWriteProtected: (file: vscode.Uri) => Promise<boolean>;
}
