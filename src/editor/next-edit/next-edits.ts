import * as vscode from 'vscode';
import type { Proposal } from '../../next-edit/edit';
import { toEngineError } from '../../engine/index';
import { isSilentFile } from '../completions/completion-gate';
import type { SyntaxTrees } from '../document/syntax-trees';
import type { Engines } from '../engine/engines';
import type { Fills } from '../fills/fills';
import { logFailure } from '../shared/log';
import { quietly, reportFailure } from '../shared/notices';
import { nextEditEnabled } from '../shared/settings';
import { announce } from './announce';
import { DismissedEdits } from './dismissed-edits';
import { EditedText, isInEditedLine } from './edited-texts';
import { NamedReferences } from './named-references';
import { proposalKeys, setProposalKeys } from './proposal-keys';
import { Proposer } from './proposer';
import { isGhost, ProposalView, type ShownEdit } from './proposal-view';

/** An edit is over when nothing was typed for so long. */
const PAUSE_MS = 500;

/** A proposal and where it is shown. */
export interface NextEdit extends ShownEdit {
  readonly proposal: Proposal;
}

/** Proposes what the user's last edit calls for elsewhere in the file, one thing at a time. */
export class NextEdits implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  readonly #edited = new EditedText();
  readonly #dismissed = new DismissedEdits();
  readonly #view: ProposalView;
  readonly #looked = new vscode.EventEmitter<NextEdit | undefined>();
  /** Fires when it was looked for a proposal, with the one that is now shown. */
  readonly onDidLook = this.#looked.event;
  #shown: NextEdit | undefined;
  /** The proposal whose edit VS Code is making. */
  #accepted: NextEdit | undefined;
  #hasJumped = false;
  /** VS Code has asked for completions since a key of the last edit: it does not while the user has it snooze. */
  #isAwake = true;
  /** Before VS Code has asked for the first time, its silence tells nothing. */
  #hasAsked = false;
  /** The document's version of which nothing more is to be said. */
  #settled: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Keys came since it was last looked. */
  #isTyping = false;
  /** The look that is under way. */
  #looking: { readonly asked: boolean; readonly abort: AbortController } | undefined;
  readonly #references: NamedReferences;
  readonly #proposer: Proposer;
  readonly #disposables: vscode.Disposable;

  constructor(
    extensionUri: vscode.Uri,
    engines: Pick<Engines, 'suggestions'>,
    trees: SyntaxTrees,
    private readonly fills: Pick<Fills, 'isFilling'>,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#references = new NamedReferences(trees);
    this.#proposer = new Proposer(engines, trees, this.#references);
    this.#view = new ProposalView(extensionUri);
    setProposalKeys(proposalKeys(undefined, false));
    this.#disposables = vscode.Disposable.from(
      this.#edited,
      this.#references,
      this.#view,
      this.#looked,
      vscode.workspace.onDidChangeTextDocument((event) => this.#changed(event)),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#moved(textEditor)),
      vscode.window.onDidChangeActiveTextEditor(() => this.#hide()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('llada')) this.#hide();
      }),
    );
  }

  get shown(): NextEdit | undefined {
    return this.#shown;
  }

  /** “LLaDA: Suggest Next Edit”: whatever the settings say, and what was dismissed too. */
  async suggest(): Promise<NextEdit | undefined> {
    const isOver = await this.#look(true);
    if (isOver && !this.#shown)
      quietly(
        vscode.l10n.t(
          'nothing follows from your last edits in this file. Change something first, and put the cursor elsewhere',
        ),
      );
    return this.#shown;
  }

  /** Tab, which indents where no proposal wants it by now: context keys come late to a key that follows at once. */
  async tab(): Promise<unknown> {
    const keys = proposalKeys(this.#shown, this.#hasJumped);
    if (!keys['llada.nextEdit.tab']) return vscode.commands.executeCommand('tab');
    return keys['llada.nextEdit.here'] ? this.accept() : this.next();
  }

  /** Takes the user to the proposal, or from it to the one after it. */
  async next(): Promise<NextEdit | undefined> {
    const passed = this.#shown?.range.contains(this.#shown.editor.selection.active)
      ? this.#shown.proposal
      : undefined;
    if (!this.#shown || passed) await this.#look(true, passed);
    if (!this.#shown) return this.suggest();
    this.#hasJumped = true;
    const { editor, range, text } = this.#shown;
    const old = editor.document.getText(range);
    // Ghost text goes on from the cursor.
    const at = text.startsWith(old) ? range.end : range.start;
    editor.selection = new vscode.Selection(at, at);
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    this.#draw();
    return this.#shown;
  }

  /** Makes the proposed edit, as one undo step, and proposes the next one. */
  async accept(): Promise<boolean> {
    const shown = this.#shown;
    // The key came twice before VS Code had made the edit.
    if (!shown || shown === this.#accepted) return false;
    this.#accepted = shown;
    const { editor, range, text } = shown;
    const made = await editor.edit((edit) => edit.replace(range, text));
    this.#accepted = undefined;
    if (!made) {
      this.#hide();
      quietly(
        vscode.l10n.t(
          'VS Code did not accept the edit, so the text is unchanged. If the editor is read-only, reset that and try again.',
        ),
      );
    }
    return made;
  }

  /** Not again; nor anything else until the next edit. */
  dismiss(): void {
    if (this.#shown) {
      const { document } = this.#shown.editor;
      this.#dismissed.add(document, this.#shown.proposal);
      this.#settled = versionOf(document);
    }
    this.#hide();
  }

  /** True where a proposal is shown as ghost text, and no completion is to be. */
  servesAt(document: vscode.TextDocument, position: vscode.Position): boolean {
    return this.#shown?.editor.document === document && isGhost(this.#shown, position);
  }

  provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): vscode.InlineCompletionItem[] | undefined {
    // A slow machine may come to ask after the pause is over.
    const isLate = !this.#isAwake && this.#timer === undefined;
    this.#isAwake = true;
    this.#hasAsked = true;
    if (isLate) this.#soon(PAUSE_MS);
    if (!this.#shown || !this.servesAt(document, position)) return undefined;
    return [new vscode.InlineCompletionItem(this.#shown.text, this.#shown.range)];
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#looking?.abort.abort();
    this.#disposables.dispose();
  }

  #changed(event: vscode.TextDocumentChangeEvent): void {
    if (event.contentChanges.length === 0) return;
    this.#references.changed(event);
    const shown = this.#shown?.editor.document === event.document ? this.#shown.proposal : undefined;
    const isAccepted = this.#edited.changed(event, shown);
    if (event.document !== vscode.window.activeTextEditor?.document) return;
    this.#hide();
    if (isAccepted) {
      this.#soon(0);
      return;
    }
    // The first key after a pause; VS Code asks for completions right after it.
    if (!this.#isTyping && this.#hasAsked) this.#isAwake = false;
    this.#isTyping = true;
    this.#soon(PAUSE_MS);
  }

  #moved(editor: vscode.TextEditor): void {
    if (editor !== vscode.window.activeTextEditor) return;
    this.#references.moved(editor);
    if (this.#shown) this.#draw();
    else if (this.#settled !== versionOf(editor.document)) this.#soon(PAUSE_MS);
  }

  /** No look is under way any more. */
  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #soon(ms: number): void {
    this.#wait();
    this.#timer = setTimeout(() => void this.#look(false), ms);
  }

  /**
   * @param asked the user has asked for it
   * @param after go on behind this proposal
   * @returns false where something came in between, or it failed, of which whoever asked has been told
   */
  async #look(asked: boolean, after?: Proposal): Promise<boolean> {
    this.#wait();
    this.#isTyping = false;
    const editor = vscode.window.activeTextEditor;
    if (!editor) return true;
    const isMoot = this.#shown !== undefined || this.#looking?.asked === true;
    if (!asked && (isMoot || this.#isSilent(editor.document))) return true;
    this.#looking?.abort.abort();
    const looking = { asked, abort: new AbortController() };
    const { signal } = looking.abort;
    this.#looking = looking;
    try {
      const found = await this.#find(editor, asked, after, signal);
      if (signal.aborted) return false;
      if (found) this.#show(found);
      else if (asked) this.#hide();
      this.#looked.fire(this.#shown);
      return true;
    } catch (error) {
      if (!signal.aborted) this.#failed(error, asked);
      return false;
    } finally {
      if (this.#looking === looking) this.#looking = undefined;
    }
  }

  #failed(error: unknown, asked: boolean): void {
    const what = 'The next edit could not be looked for';
    if (asked) {
      reportFailure(this.log, what, error);
    } else if (toEngineError(error).code === 'cancelled') {
      // A completion had precedence.
      this.#settled = undefined;
      this.#soon(PAUSE_MS);
    } else {
      logFailure(this.log, what, error);
    }
  }

  async #find(
    editor: vscode.TextEditor,
    asked: boolean,
    after: Proposal | undefined,
    signal: AbortSignal,
  ): Promise<NextEdit | undefined> {
    const { document } = editor;
    const edits = this.#edited.of(document);
    if (edits.length === 0) return undefined;
    this.#settled = versionOf(document);
    const isWanted = (proposal: Proposal): boolean => {
      const isEarly = isInEditedLine(editor, edits, proposal);
      // When the cursor has left the line it may be shown.
      if (isEarly) this.#settled = undefined;
      return asked || (!isEarly && !this.#dismissed.has(document, proposal));
    };
    const proposal = await this.#proposer.first(document, edits, { asked, after, isWanted, signal });
    if (!proposal) return undefined;
    const range = new vscode.Range(document.positionAt(proposal.start), document.positionAt(proposal.end));
    return { editor, range, text: proposal.text, proposal };
  }

  #isSilent(document: vscode.TextDocument): boolean {
    return (
      !nextEditEnabled(document) ||
      !this.#isAwake ||
      isSilentFile(document) ||
      this.fills.isFilling() ||
      vscode.window.activeTextEditor?.selection.isEmpty === false
    );
  }

  #show(found: NextEdit): void {
    this.#hide();
    this.#shown = found;
    this.#draw();
    announce(found);
  }

  #draw(): void {
    const shown = this.#shown;
    if (!shown) return;
    const ghost = isGhost(shown, shown.editor.selection.active);
    // Before there is anything to see: the keys that it calls for must not come to somebody else.
    setProposalKeys(proposalKeys(shown, this.#hasJumped));
    this.#view.show(shown, ghost);
    if (ghost) void vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
  }

  #hide(): void {
    this.#looking?.abort.abort();
    this.#wait();
    this.#hasJumped = false;
    if (!this.#shown) return;
    this.#view.hide(this.#shown.editor);
    this.#shown = undefined;
    setProposalKeys(proposalKeys(undefined, false));
  }
}

function versionOf({ uri, version }: vscode.TextDocument): string {
  return `${uri.toString()} ${version}`;
}
