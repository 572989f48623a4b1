import type * as vscode from 'vscode';

const KEY = 'llada.models';

/** The folders of bundles that the user has imported or chosen: what “Choose Model” offers besides the extension's own. */
export class KnownModels {
  constructor(private readonly memory: Pick<vscode.Memento, 'get' | 'update'>) {}

  get folders(): readonly string[] {
    return this.memory.get<readonly string[]>(KEY, []);
  }

  async add(folder: string): Promise<void> {
    if (!this.folders.includes(folder)) await this.memory.update(KEY, [...this.folders, folder]);
  }
}
