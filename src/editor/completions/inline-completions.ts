import * as vscode from 'vscode';
import { completionToShow } from '../../completions/completion-to-show';
import { isInsideWord } from '../../completions/inside-word';
import {
  toEngineError,
  type CellView,
  type FillRequest,
  type RunOptions,
  type Step,
} from '../../engine/index';
import type { Engines } from '../engine/engines';
import type { Fills } from '../fills/fills';
import { fillRequest } from '../document/fill-request';
import type { SyntaxTrees } from '../document/syntax-trees';
import type { NextEdits } from '../next-edit/next-edits';
import { logFailure } from '../shared/log';
import { completionSettings } from '../shared/settings';
import { CompletionCache, type CachedPlace } from './completion-cache';
import { LANE, silenceIn } from './completion-gate';
import { completionPlace, type CompletionPlace } from './completion-place';
import { finishedLine } from './finished-line';
import { KeptContexts } from './kept-contexts';
import { likeliestChance, sureBeginning } from './sure-beginning';
import { TypingRhythm } from './typing-rhythm';
import { Unwanted } from './unwanted';

/**
 * A second completion, over the same context, where the first one shows nothing but is not hopeless, and did not take long: a
 * minority, so that the time in the median is that of one (docs/notebook/candidates.md).
 */
const SECOND = { leastChance: 0.1, mostMs: 500, asked: { starts: ['masks-4'], lookAgain: false } } as const;

/** Fills the hole at the cursor as ghost text: by itself once the user pauses, at once when asked. */
export class InlineCompletions implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  readonly #rhythm = new TypingRhythm();
  readonly #cache = new CompletionCache();
  readonly #contexts: KeptContexts;
  readonly #unwanted = new Unwanted();
  readonly #provided = new vscode.EventEmitter<string | undefined>();
  /** Fires at the end of each request that was not cancelled, with the completion offered, if there is one. */
  readonly onDidProvide = this.#provided.event;
  readonly #disposables: vscode.Disposable;

  constructor(
    private readonly engines: Pick<Engines, 'suggestions'>,
    private readonly fills: Fills,
    private readonly trees: SyntaxTrees,
    private readonly nextEdits: Pick<NextEdits, 'servesAt'>,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#contexts = new KeptContexts(engines);
    this.#disposables = vscode.Disposable.from(
      this.#provided,
      this.#contexts,
      this.#unwanted,
      // Another model or other settings would answer otherwise.
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration('llada')) return;
        this.#cache.clear();
        this.#contexts.forgetAll();
      }),
    );
  }

  /** “LLaDA: Dismiss Suggestion”: the user does not want what is shown. */
  async dismiss(): Promise<void> {
    this.#unwanted.dismiss();
    await vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
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
    if (automatic) {
      this.#rhythm.typed(performance.now());
      this.#contexts.typed();
    }
    if (this.fills.isFilling() || this.nextEdits.servesAt(document, position)) return undefined;
    const place = completionPlace(document, position, context);
    // An engine that could not be loaded is not tried again at every keystroke, only when the user asks for it.
    const silent = silenceIn(document) !== undefined || this.engines.suggestions.state.kind === 'error';
    if (automatic && (silent || isInsideWord(place))) return undefined;
    const cached: CachedPlace = { document: document.uri.toString(), ...place };
    const texts = await this.#texts(document, place, cached, automatic, token);
    if (token.isCancellationRequested || texts === undefined) return undefined;
    // A fill may have begun meanwhile: its masks and ghost text in one place would be unreadable.
    const offset = document.offsetAt(place.range.start);
    const wanted = this.#unwanted.without(document, offset, cached, texts, !automatic);
    const offered = this.fills.isFilling() ? [] : wanted;
    this.#unwanted.offered(cached, offered);
    this.#provided.fire(offered[0]);
    return offered.map((text) => new vscode.InlineCompletionItem(place.selected + text, place.range));
  }

  /** @returns completions, best first; undefined when the request was cancelled */
  async #texts(
    document: vscode.TextDocument,
    place: CompletionPlace,
    cached: CachedPlace,
    automatic: boolean,
    token: vscode.CancellationToken,
  ): Promise<readonly string[] | undefined> {
    const known = this.#cache.get(cached, !automatic);
    if (known && (automatic || known.length > 0)) return known;
    const { idleMs } = completionSettings(document);
    if (automatic && !(await quiet(idleMs ?? this.#rhythm.pauseMs, token))) return undefined;
    const texts = await this.#complete(document, place, automatic, token);
    if (texts) this.#cache.set(cached, texts, !automatic);
    return texts;
  }

  /** @returns best first, without duplicates; undefined when the request was cancelled or has failed */
  async #complete(
    document: vscode.TextDocument,
    place: CompletionPlace,
    automatic: boolean,
    token: vscode.CancellationToken,
  ): Promise<readonly string[] | undefined> {
    const abort = new AbortController();
    const listening = token.onCancellationRequested(() => abort.abort());
    try {
      const { candidates, leastConfidence } = completionSettings(document);
      const options = { signal: abort.signal, lane: LANE, background: automatic };
      const wanted = automatic ? { leastChance: leastConfidence } : { candidates };
      const first = await this.#fill(document, place, wanted, options);
      const offered = await this.#offered(document, place, first.found, automatic);
      const second =
        automatic && isWorthSecond(offered, first.ms)
          ? await this.#fill(document, place, { ...wanted, ...SECOND.asked }, options)
          : undefined;
      if (automatic) {
        this.#rhythm.answered(first.ms + (second?.ms ?? 0));
        this.#contexts.readWhenIdle();
      }
      return second ? (await this.#offered(document, place, second.found, automatic)).texts : offered.texts;
    } catch (error) {
      if (toEngineError(error).code !== 'cancelled') {
        logFailure(this.log, 'The inline completion failed', error);
      }
      return undefined;
    } finally {
      listening.dispose();
    }
  }

  /** What is offered of the texts that the model wrote. */
  async #offered(
    document: vscode.TextDocument,
    place: CompletionPlace,
    found: readonly FoundText[],
    automatic: boolean,
  ): Promise<Offered> {
    const { leastConfidence } = completionSettings(document);
    const { chooser } = this.engines.suggestions;
    const texts = new Set<string>();
    let likeliest = 0;
    for (const { text, cells } of found) {
      const shown = await this.#shown(document, place, text, automatic);
      const sure = automatic ? sureBeginning(shown, cells, leastConfidence, chooser) : shown;
      // What is cut short may close brackets no more.
      texts.add(sure === shown ? shown : await this.#shown(document, place, sure, automatic));
      likeliest = Math.max(likeliest, likeliestChance(shown, cells, chooser));
    }
    return { texts: [...texts].filter((text) => text !== ''), likeliest };
  }

  /** The part of a text of the model's that is offered; '' when nothing is, or the document has changed. */
  async #shown(
    document: vscode.TextDocument,
    { range, selected }: CompletionPlace,
    text: string,
    automatic: boolean,
  ): Promise<string> {
    const whole = document.getText();
    const start = document.offsetAt(range.start);
    const end = document.offsetAt(range.end);
    using present = await this.trees.of(document);
    using tree = await present?.replaced(start, end, selected);
    const prefix = whole.slice(0, start) + selected;
    const suffix = whole.slice(end);
    const { leastCharacters } = completionSettings(document);
    const completion = { prefix, suffix, text, asked: !automatic };
    return (await completionToShow(completion, tree, leastCharacters)).text;
  }

  async #fill(
    document: vscode.TextDocument,
    { prefix, suffix, lineIsBlank, range }: CompletionPlace,
    wanted: Pick<FillRequest, 'candidates' | 'starts' | 'lookAgain' | 'leastChance'>,
    options: RunOptions & { readonly signal: AbortSignal },
  ): Promise<{ readonly found: readonly FoundText[]; readonly ms: number }> {
    const offset = document.offsetAt(range.start);
    const around = { prefix, between: [], suffix };
    const asked = { ...(await fillRequest(document, around, offset)), ...wanted };
    const request = options.background ? this.#contexts.keep(document, asked) : asked;
    let last: Step | undefined;
    for await (const step of this.engines.suggestions.run(
      (engine) => engine.fill(request, options),
      options.signal,
    )) {
      last = step;
      const cells = step.holes[0] ?? [];
      // With several, the first one to be known need not be the best.
      const isOne = (wanted.candidates ?? 1) === 1;
      const line = lineIsBlank || !isOne ? undefined : finishedLine(cells);
      if (line !== undefined) return { found: [{ text: line, cells }], ms: step.ms };
    }
    const all = last?.candidates ?? (last ? [last] : []);
    const found = all.map(({ texts, holes }) => ({ text: texts[0] ?? '', cells: holes[0] ?? [] }));
    return { found, ms: last?.ms ?? 0 };
  }
}

/** A completion as the engine found it. */
interface FoundText {
  readonly text: string;
  readonly cells: readonly CellView[];
}

/** Completions as they are offered, best first, without duplicates. */
interface Offered {
  readonly texts: readonly string[];
  /** The greatest chance of any beginning, 0–1, whether it is offered or not. */
  readonly likeliest: number;
}

function isWorthSecond({ texts, likeliest }: Offered, ms: number): boolean {
  return texts.length === 0 && likeliest >= SECOND.leastChance && ms <= SECOND.mostMs;
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
