import type * as vscode from 'vscode';
import type {
  BundleSummary,
  Engine,
  ImportedModel,
  ImportPhase,
  ImportRequest,
  LoadOptions,
  ProviderName,
} from '../../engine/index';
import type { ReadFile } from '../../syntax/runtime';

/** A model that comes with the extension, and its form. */
export interface OfferedModel {
  readonly folder: string;
  readonly precision: string;
}

/** The part of an extension host that the extension needs: of a Node process or, in a browser, a web worker. */
export interface Platform {
  /** Name of the surroundings that the engine runs in, for the log. */
  readonly engineIn: string;
  /** The providers that a model may be told to run on. */
  readonly providers: readonly (ProviderName | 'auto')[];
  /** The processor that the benchmark's figures are of. */
  readonly processor: string;
  /** Threads that it runs at once. */
  readonly cores: number;
  /** Of the whole machine; undefined where nobody tells. */
  readonly memoryBytes: number | undefined;
  /** True where a model may lie in a folder of the user's. */
  readonly hasFolders: boolean;
  /** The models of the extension. */
  bundledModels(): readonly OfferedModel[] | Promise<readonly OfferedModel[]>;
  /**
   * Reads what a model's config.json says of it.
   *
   * @throws EngineError
   */
  summarize(folder: string): Promise<BundleSummary>;
  /** @throws EngineError */
  loadEngine(bundle: string, options: LoadOptions): Promise<Engine>;
  /** Reads a file of the extension. */
  readonly readFile: ReadFile;
  /**
   * Imports a model of others; undefined where there are no folders to put it into.
   *
   * @throws EngineError
   */
  readonly importModel:
    | ((
        request: ImportRequest,
        options: { signal: AbortSignal; onProgress: (phase: ImportPhase, done: number, all: number) => void },
      ) => Promise<ImportedModel>)
    | undefined;
  /** Tells whether the file's mode says that nobody may write to it, where files have one. */
  readonly isWriteProtected: (file: vscode.Uri) => Promise<boolean>;
}
