import * as vscode from 'vscode';
import { chooseFill, type ChosenFill } from '../../fills/choose-fill';
import type { Fault } from '../../fills/faults';
import type { HolesOfText } from '../../fills/holes-of-text';
import { FOR_COMMANDS } from '../../fills/patience';
import { weighed } from '../../fills/weigh';
import {
  textAroundHoles,
  toEngineError,
  type CellView,
  type EngineError,
  type FillRequest,
  type ReverseProcessOptions,
  type Step,
} from '../../engine/index';
import { textAroundRegions } from '../document/around-regions';
import type { SyntaxTrees } from '../document/syntax-trees';
import type { EngineSession } from '../engine/engine-session';
import { fillRequest } from '../document/fill-request';
import { RegionTracker } from '../document/region-tracker';
import type { FillTarget } from './fill-target';
import type { MaskDecorations } from './mask-decorations';

/** How a fill ended. Only `filled` has changed the document. */
export type FillOutcome =
  | {
      readonly kind: 'filled';
      readonly texts: readonly string[];
      /** Where the texts are, right after the edit. */
      readonly ranges: readonly vscode.Range[];
      /** The last step: how it went, and what it cost. */
      readonly step: Step;
      /** The fault of the texts, where the model wrote none without fault. */
      readonly fault?: Fault;
    }
  /** Blank, or kept back because there was too little to go on. */
  | { readonly kind: 'empty'; readonly step: Step; readonly fault?: Fault }
  | { readonly kind: 'cancelled' | 'edited' | 'closed' | 'rejected' }
  | { readonly kind: 'failed'; readonly error: EngineError };

type Interruption = 'cancelled' | 'edited' | 'closed';

/** Decorations are redrawn at most this often; a fast model takes hundreds of steps a second. */
const FRAME_MS = 33;
/** An edit elsewhere may overtake ours; it is then made anew at the shifted place, at most this often. */
const EDIT_ATTEMPTS = 5;
/** Guessed until the engine has counted them. */
const CHARACTERS_PER_TOKEN = 4;
const PROVISIONAL_CELLS = { atCursor: 4, most: 512 };

/** One fill of the holes of a document, from its start to the one edit at its end. */
export class RunningFill {
  readonly #tracker: RegionTracker;
  readonly #replaced: readonly string[];
  readonly #eol: vscode.EndOfLine;
  readonly #abort = new AbortController();
  #interruption: Interruption | undefined;
  #cells: readonly (readonly CellView[])[];
  #drawnAt = -Infinity;
  /** While our own edit is on its way: changes that arrive meanwhile, ours or the user's. */
  #overtaking: vscode.TextDocumentChangeEvent[] | undefined;

  /**
   * @param targets of the document, sorted
   * @param overrides what is to differ from the settings
   */
  constructor(
    readonly document: vscode.TextDocument,
    private readonly targets: readonly FillTarget[],
    private readonly overrides: ReverseProcessOptions,
    private readonly session: EngineSession,
    private readonly trees: SyntaxTrees,
    private readonly decorations: MaskDecorations,
    private readonly onStep: (step: Step) => void,
  ) {
    this.#tracker = new RegionTracker(
      targets.map(({ range: { start, end } }) => ({
        start: document.offsetAt(start),
        end: document.offsetAt(end),
      })),
    );
    this.#replaced = targets.map(({ range }) => document.getText(range));
    this.#eol = document.eol;
    this.#cells = this.#replaced.map(provisionalCells);
  }

  /** Where the holes are now. */
  get regions(): vscode.Range[] {
    return this.#tracker.regions.map(
      ({ start, end }) => new vscode.Range(this.document.positionAt(start), this.document.positionAt(end)),
    );
  }

  cancel(): void {
    this.#interrupt('cancelled');
  }

  async run(): Promise<FillOutcome> {
    const watching = this.#watch();
    try {
      this.#draw();
      const { step, fault } = await this.#choose();
      if (step.texts.every((text) => text === ''))
        return { kind: 'empty', step, ...(fault ? { fault } : {}) };
      return await this.#edit(step, fault);
    } catch (error) {
      if (this.#interruption) return { kind: this.#interruption };
      return { kind: 'failed', error: toEngineError(error) };
    } finally {
      watching.dispose();
      this.#clear();
    }
  }

  async #choose(): Promise<ChosenFill> {
    const text = this.document.getText();
    const { regions } = this.#tracker;
    const { start } = regions[0]!;
    const request = {
      ...FOR_COMMANDS,
      ...(await fillRequest(this.document, textAroundRegions(text, regions), start)),
      ...this.overrides,
      holes: this.targets.map(({ hole }) => hole),
    };
    const { prefix, between, suffix } = textAroundHoles(text, regions);
    const holes: HolesOfText = { texts: [prefix, ...between, suffix], replaced: this.#replaced };
    const { signal } = this.#abort;
    const written = await this.#unmask(request);
    using tree = await this.trees.of(this.document);
    const first = await weighed(written, this.session.chooser, holes, tree);
    const ask = (further: FillRequest, until: AbortSignal): Promise<Step> => this.#askAgain(further, until);
    return await chooseFill(first, request, holes, tree, ask, signal);
  }

  /** The picture stays that of the first fill. */
  async #askAgain(request: FillRequest, signal: AbortSignal): Promise<Step> {
    let last: Step | undefined;
    for await (const step of this.session.run((engine) => engine.fill(request, { signal }), signal))
      last = step;
    signal.throwIfAborted();
    return last!;
  }

  async #unmask(request: FillRequest): Promise<Step> {
    const { signal } = this.#abort;
    let last: Step | undefined;
    for await (const step of this.session.run((engine) => engine.fill(request, { signal }), signal)) {
      signal.throwIfAborted();
      last = step;
      this.#cells = step.holes;
      if (performance.now() - this.#drawnAt >= FRAME_MS) this.#draw();
      this.onStep(step);
    }
    signal.throwIfAborted();
    if (!last?.done) throw new Error('The engine ended the fill before every mask was filled.');
    return last;
  }

  /** Puts the fill into the document: one edit, one undo step, only if every region still holds what it held. */
  async #edit(step: Step, fault: Fault | undefined): Promise<FillOutcome> {
    for (let attempt = 0; attempt < EDIT_ATTEMPTS; attempt++) {
      this.#abort.signal.throwIfAborted();
      const { regions, document } = this;
      if (regions.some((region, i) => document.getText(region) !== this.#replaced[i])) {
        return { kind: 'edited' };
      }
      const { version } = document;
      const following = this.#editors().filter((editor) => selects(editor, regions));
      this.#overtaking = [];
      // In one go with the edit, which would else be seen together with the masks for a moment.
      this.#clear();
      const applied = await this.#replace(regions, step.texts);
      const overtaking = this.#overtaking;
      this.#overtaking = undefined;
      if (applied) {
        const changed = document.version !== version;
        if (!changed && step.texts.some((text, i) => text !== this.#replaced[i])) return { kind: 'rejected' };
        const ranges = this.#filledRanges(step.texts);
        for (const editor of following) editor.selections = ranges.map((range, i) => this.#select(range, i));
        return { kind: 'filled', texts: step.texts, ranges, step, ...(fault ? { fault } : {}) };
      }
      for (const event of overtaking) this.#follow(event);
      this.#draw();
    }
    return { kind: 'rejected' };
  }

  /** Through an editor if one shows the document: it knows whether it is read-only, and its undo brings back the cursor. */
  async #replace(regions: readonly vscode.Range[], texts: readonly string[]): Promise<boolean> {
    const [editor] = this.#editors();
    const edits = regions.map((region, i) => vscode.TextEdit.replace(region, texts[i]!));
    if (!editor) {
      const edit = new vscode.WorkspaceEdit();
      edit.set(this.document.uri, edits);
      return vscode.workspace.applyEdit(edit);
    }
    try {
      return await editor.edit((builder) => {
        for (const { range, newText } of edits) builder.replace(range, newText);
      });
    } catch {
      // The editor was closed meanwhile.
      return false;
    }
  }

  /** Where the fills are, once they have replaced the regions. */
  #filledRanges(texts: readonly string[]): vscode.Range[] {
    const { document } = this;
    const ending = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
    let shift = 0;
    return this.#tracker.regions.map(({ start, end }, i) => {
      const { length } = texts[i]!.replace(/\r\n|\r|\n/g, ending);
      const range = new vscode.Range(
        document.positionAt(start + shift),
        document.positionAt(start + shift + length),
      );
      shift += length - (end - start);
      return range;
    });
  }

  /** Keeps a selection selected; a cursor goes to the end, as after typing. */
  #select(range: vscode.Range, hole: number): vscode.Selection {
    const anchor = this.#replaced[hole] === '' ? range.end : range.start;
    return new vscode.Selection(anchor, range.end);
  }

  #watch(): vscode.Disposable {
    const { uri } = this.document;
    return vscode.Disposable.from(
      vscode.workspace.onDidChangeTextDocument((event) => {
        if (event.document !== this.document) return;
        if (this.#overtaking) this.#overtaking.push(event);
        else this.#follow(event);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document === this.document) this.#interrupt('closed');
      }),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        // The document may live on for minutes after its last tab.
        const open = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
        if (closed.some((tab) => shows(tab, uri)) && !open.some((tab) => shows(tab, uri))) {
          this.#interrupt('closed');
        }
      }),
      vscode.window.onDidChangeVisibleTextEditors(() => this.#draw()),
    );
  }

  #follow({ contentChanges }: vscode.TextDocumentChangeEvent): void {
    const sameEnding = this.document.eol === this.#eol;
    if (!sameEnding || !this.#tracker.follow(contentChanges)) this.#interrupt('edited');
    else if (contentChanges.length > 0) this.#draw();
  }

  #interrupt(reason: Interruption): void {
    this.#interruption ??= reason;
    this.#abort.abort();
  }

  #draw(): void {
    const { regions } = this;
    for (const editor of this.#editors()) this.decorations.draw(editor, regions, this.#cells);
    this.#drawnAt = performance.now();
  }

  #clear(): void {
    for (const editor of this.#editors()) this.decorations.clear(editor);
  }

  #editors(): vscode.TextEditor[] {
    return vscode.window.visibleTextEditors.filter((editor) => editor.document === this.document);
  }
}

function provisionalCells(replaced: string): CellView[] {
  const { atCursor, most } = PROVISIONAL_CELLS;
  const length =
    replaced === '' ? atCursor : Math.min(most, Math.ceil(replaced.length / CHARACTERS_PER_TOKEN));
  const mask: CellView = { token: 0, text: '', masked: true, confidence: 0, step: -1, locked: false };
  return Array.from({ length }, () => mask);
}

function selects(editor: vscode.TextEditor, regions: readonly vscode.Range[]): boolean {
  const { selections } = editor;
  return (
    selections.length === regions.length &&
    regions.every((region) => selections.some((selection) => region.isEqual(selection)))
  );
}

function shows({ input }: vscode.Tab, uri: vscode.Uri): boolean {
  const wanted = uri.toString();
  if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputNotebook) {
    return input.uri.toString() === wanted;
  }
  return input instanceof vscode.TabInputTextDiff && input.modified.toString() === wanted;
}
