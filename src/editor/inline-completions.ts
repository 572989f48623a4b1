import * as vscode from 'vscode';
import type { FillRequest } from '../engine';
import { toEngineError } from '../engine/errors';
import { cutToPlace, finishedLine, trimRepeatedSuffix } from './completion-text';
import type { EngineSession } from './engine-session';
import type { FillCommand } from './fill-command';
import { fillRequest } from './fill-request';
import { logFailure } from './log';
import { inlineCompletionsEnabled } from './settings';

/** An automatic completion waits until nothing has been typed for this long. */
const QUIET_MS = 250;

/** Fills the hole at the cursor as ghost text: by itself once the user pauses, at once when asked. */
export class InlineCompletions implements vscode.InlineCompletionItemProvider {
  readonly #provided = new vscode.EventEmitter<string | undefined>();
  /** Fires at the end of each request that was not cancelled, with the completion offered, if there is one. */
  readonly onDidProvide = this.#provided.event;

  constructor(
    private readonly session: EngineSession,
    private readonly fills: FillCommand,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[] | undefined> {
    const automatic = context.triggerKind === vscode.InlineCompletionTriggerKind.Automatic;
    if (automatic && !this.#mayInterrupt(document, context)) return undefined;
    if (this.fills.isFilling() || (automatic && !(await quiet(token)))) return undefined;
    const text = await this.#complete(document, position, token);
    if (token.isCancellationRequested) return undefined;
    // A fill may have begun meanwhile: its masks and ghost text in one place would be unreadable.
    const offered = this.fills.isFilling() ? undefined : text;
    this.#provided.fire(offered);
    return offered === undefined
      ? undefined
      : [new vscode.InlineCompletionItem(offered, new vscode.Range(position, position))];
  }

  /** An engine that could not be loaded is not tried again at every keystroke, only when the user asks for it. */
  #mayInterrupt(document: vscode.TextDocument, context: vscode.InlineCompletionContext): boolean {
    return (
      isFile(document) &&
      inlineCompletionsEnabled(document) &&
      context.selectedCompletionInfo === undefined &&
      this.session.state.kind !== 'error'
    );
  }

  async #complete(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<string | undefined> {
    const abort = new AbortController();
    const listening = token.onCancellationRequested(() => abort.abort());
    const offset = document.offsetAt(position);
    const request = fillRequest(document, [{ start: offset, end: offset }]);
    try {
      const lineIsBlank = document.lineAt(position).isEmptyOrWhitespace;
      const filled = await this.#fill(request, lineIsBlank, abort.signal);
      const kept = trimRepeatedSuffix(cutToPlace(filled, lineIsBlank), request.suffix, lineIsBlank);
      return kept.trim() === '' ? undefined : kept;
    } catch (error) {
      if (toEngineError(error).code !== 'cancelled')
        logFailure(this.log, 'The inline completion failed', error);
      return undefined;
    } finally {
      listening.dispose();
    }
  }

  async #fill(request: FillRequest, manyLines: boolean, signal: AbortSignal): Promise<string> {
    let text = '';
    for await (const step of this.session.run((engine) => engine.fill(request, { signal }), signal)) {
      const line = manyLines ? undefined : finishedLine(step.holes[0] ?? []);
      if (line !== undefined) return line;
      text = step.texts[0] ?? '';
    }
    return text;
  }
}

/** Whether the document is a file, saved or not, and not the input of a chat, a comment or a commit. */
function isFile({ uri }: vscode.TextDocument): boolean {
  return (
    ['untitled', 'vscode-notebook-cell'].includes(uri.scheme) ||
    vscode.workspace.fs.isWritableFileSystem(uri.scheme) === true
  );
}

/** Resolves to true after the quiet time, to false as soon as the token is cancelled. */
async function quiet(token: vscode.CancellationToken): Promise<boolean> {
  let listening: vscode.Disposable | undefined;
  const undisturbed = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(true), QUIET_MS);
    listening = token.onCancellationRequested(() => {
      clearTimeout(timer);
      resolve(false);
    });
  });
  listening?.dispose();
  return undisturbed && !token.isCancellationRequested;
}
