import * as vscode from 'vscode';
import type { CellView } from '../engine';
import { toEngineError } from '../engine/errors';
import { CompletionCache, type CachedPlace } from './completion-cache';
import { silenceIn } from './completion-gate';
import { completionPlace, isInsideWord, type CompletionPlace } from './completion-place';
import type { EngineSession } from './engine-session';
import type { FillCommand } from './fill-command';
import { fillRequest } from './fill-request';
import { applyFilters } from './filters/apply-filters';
import { dropUnsure } from './filters/low-confidence';
import { finishedLine } from './finished-line';
import { logFailure } from './log';
import { completionSettings } from './settings';
import { TypingRhythm } from './typing-rhythm';

/** Fills the hole at the cursor as ghost text: by itself once the user pauses, at once when asked. */
export class InlineCompletions implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  readonly #rhythm = new TypingRhythm();
  readonly #cache = new CompletionCache();
  readonly #provided = new vscode.EventEmitter<string | undefined>();
  /** Fires at the end of each request that was not cancelled, with the completion offered, if there is one. */
  readonly onDidProvide = this.#provided.event;
  readonly #disposables: vscode.Disposable;

  constructor(
    private readonly session: EngineSession,
    private readonly fills: FillCommand,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#disposables = vscode.Disposable.from(
      this.#provided,
      // Another model or other settings would answer otherwise.
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('llada')) this.#cache.clear();
      }),
    );
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[] | undefined> {
    const automatic = context.triggerKind === vscode.InlineCompletionTriggerKind.Automatic;
    if (automatic) this.#rhythm.typed(performance.now());
    if (this.fills.isFilling()) return undefined;
    const place = completionPlace(document, position, context);
    // An engine that could not be loaded is not tried again at every keystroke, only when the user asks for it.
    const silent = silenceIn(document) !== undefined || this.session.state.kind === 'error';
    if (automatic && (silent || isInsideWord(place))) return undefined;
    const texts = await this.#texts(document, place, automatic, token);
    if (token.isCancellationRequested || texts === undefined) return undefined;
    // A fill may have begun meanwhile: its masks and ghost text in one place would be unreadable.
    const offered = this.fills.isFilling() ? [] : texts;
    this.#provided.fire(offered[0]);
    return offered.map((text) => new vscode.InlineCompletionItem(place.selected + text, place.range));
  }

  /** @returns completions, best first; undefined when the request was cancelled */
  async #texts(
    document: vscode.TextDocument,
    place: CompletionPlace,
    automatic: boolean,
    token: vscode.CancellationToken,
  ): Promise<readonly string[] | undefined> {
    const cached: CachedPlace = { document: document.uri.toString(), ...place };
    const known = this.#cache.get(cached);
    if (known && (automatic || known.length > 0)) return known;
    if (automatic && !(await quiet(this.#rhythm.pauseMs, token))) return undefined;
    const text = await this.#complete(document, place, automatic, token);
    if (text === undefined) return undefined;
    const texts = text === '' ? [] : [text];
    this.#cache.set(cached, texts);
    return texts;
  }

  /** @returns '' when there is nothing to offer; undefined when the request was cancelled or has failed */
  async #complete(
    document: vscode.TextDocument,
    place: CompletionPlace,
    automatic: boolean,
    token: vscode.CancellationToken,
  ): Promise<string | undefined> {
    const abort = new AbortController();
    const listening = token.onCancellationRequested(() => abort.abort());
    try {
      const { text, cells, ms } = await this.#fill(document, place, abort.signal);
      this.#rhythm.answered(ms);
      const kept = applyFilters(text, place);
      return automatic ? dropUnsure(kept, cells, completionSettings(document).leastConfidence) : kept;
    } catch (error) {
      if (toEngineError(error).code !== 'cancelled') {
        logFailure(this.log, 'The inline completion failed', error);
      }
      return undefined;
    } finally {
      listening.dispose();
    }
  }

  async #fill(
    document: vscode.TextDocument,
    { prefix, suffix, lineIsBlank }: CompletionPlace,
    signal: AbortSignal,
  ): Promise<{ readonly text: string; readonly cells: readonly CellView[]; readonly ms: number }> {
    const request = fillRequest(document, { prefix, between: [], suffix });
    let text = '';
    let cells: readonly CellView[] = [];
    let ms = 0;
    for await (const step of this.session.run((engine) => engine.fill(request, { signal }), signal)) {
      cells = step.holes[0] ?? [];
      ms = step.ms;
      const line = lineIsBlank ? undefined : finishedLine(cells);
      if (line !== undefined) return { text: line, cells, ms };
      text = step.texts[0] ?? '';
    }
    return { text, cells, ms };
  }
}

/** Resolves to true after the quiet time, to false as soon as the token is cancelled. */
async function quiet(ms: number, token: vscode.CancellationToken): Promise<boolean> {
  let listening: vscode.Disposable | undefined;
  const undisturbed = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(true), ms);
    listening = token.onCancellationRequested(() => {
      clearTimeout(timer);
      resolve(false);
    });
  });
  listening?.dispose();
  return undisturbed && !token.isCancellationRequested;
}
