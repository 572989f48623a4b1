import { Language, Parser } from '@vscode/tree-sitter-wasm';
import { RUNTIME_FILE, type Grammar } from './languages';

/** Reads a file of the extension or the repository, by its path from the root. */
export type ReadFile = (file: string) => Promise<Uint8Array>;

/** tree-sitter and its grammars, each loaded when it is first needed. */
export class Runtime {
  #started: Promise<void> | undefined;
  readonly #languages = new Map<string, Promise<Language>>();

  constructor(private readonly readFile: ReadFile) {}

  /** @throws Error when a file is missing; the next call tries again */
  async language({ file }: Grammar): Promise<Language> {
    const known = this.#languages.get(file);
    if (known) return known;
    const loading = this.#load(file);
    this.#languages.set(file, loading);
    loading.catch(() => this.#languages.delete(file));
    return loading;
  }

  async #load(file: string): Promise<Language> {
    this.#started ??= this.#start();
    try {
      await this.#started;
    } catch (error) {
      this.#started = undefined;
      throw error;
    }
    return Language.load(await this.readFile(file));
  }

  async #start(): Promise<void> {
    // The runtime fetches nothing when it is handed its bytes, which its types do not tell.
    const options: object = { wasmBinary: await this.readFile(RUNTIME_FILE) };
    await Parser.init(options as Parameters<typeof Parser.init>[0]);
  }
}
