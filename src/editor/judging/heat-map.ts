import * as vscode from 'vscode';
import { percent } from '../../display/percent';
import { enclosingBlock, enclosingLine } from '../document/enclosing';
import type { SyntaxTrees } from '../document/syntax-trees';
import { visibleText } from '../document/mask-layout';
import { quietly } from '../shared/notices';
import type { FreshFillKeeper } from '../fills/fresh-fill';
import type { Judge } from './judge';
import type { JudgedText, JudgedToken } from './judged-text';

const SHOWN_KEY = 'llada.heatMap';
/** Alternatives that a token's hover names. */
const ALTERNATIVES = 4;

/** Colours from the least probable on; what is more probable than the last one has none. */
const LEVELS = [
  { below: 0.1, color: 'llada.heat.veryLow' },
  { below: 0.3, color: 'llada.heat.low' },
  { below: 0.6, color: 'llada.heat.medium' },
  { below: 0.9, color: 'llada.heat.high' },
] as const;

/** “LLaDA: Explain Uncertainty”: how probable each token is when it alone is masked, as a heat map with numbers on hover. */
export class HeatMap implements vscode.Disposable {
  readonly #levels = LEVELS.map(({ color }) =>
    vscode.window.createTextEditorDecorationType({
      backgroundColor: new vscode.ThemeColor(color),
      borderRadius: '3px',
    }),
  );
  /** Carries the hovers of tokens without a colour. */
  readonly #sure = vscode.window.createTextEditorDecorationType({});
  #shown: { readonly document: vscode.TextDocument; readonly judged: JudgedText } | undefined;
  readonly #disposables: vscode.Disposable;

  constructor(
    private readonly judge: Judge,
    private readonly fresh: FreshFillKeeper,
    private readonly trees: SyntaxTrees,
  ) {
    this.#disposables = vscode.Disposable.from(
      ...this.#levels,
      this.#sure,
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (document === this.#shown?.document && contentChanges.length > 0) this.hide();
      }),
      vscode.window.onDidChangeVisibleTextEditors(() => this.#draw()),
    );
  }

  /** The judged text, while it is shown. */
  get judged(): JudgedText | undefined {
    return this.#shown?.judged;
  }

  /** @returns what was judged; undefined when there was nothing, it was cancelled or failed, which the user has been told */
  async explain(): Promise<JudgedText | undefined> {
    const editor = vscode.window.activeTextEditor;
    const range = editor && (await this.#rangeOf(editor));
    if (!range) {
      quietly(vscode.l10n.t('select the text to be explained'));
      return undefined;
    }
    this.hide();
    const { document } = editor;
    const judged = await this.judge.judge(document, range, ALTERNATIVES);
    if (!judged) return undefined;
    this.#shown = { document, judged };
    this.#draw();
    void vscode.commands.executeCommand('setContext', SHOWN_KEY, true);
    quietly(vscode.l10n.t('hover a token for its probability; Escape hides the heat map'));
    return judged;
  }

  hide(): void {
    if (!this.#shown) return;
    this.#shown = undefined;
    this.#draw();
    void vscode.commands.executeCommand('setContext', SHOWN_KEY, false);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  /** The selection, the new fill at the cursor, or the block or line around it. */
  async #rangeOf({ document, selection }: vscode.TextEditor): Promise<vscode.Range | undefined> {
    if (!selection.isEmpty) return selection;
    return (
      this.fresh.rangeAt(document, selection.active) ??
      (await enclosingBlock(document, selection.active, this.trees)) ??
      enclosingLine(document, selection.active)
    );
  }

  #draw(): void {
    const tokens = this.#shown?.judged.tokens ?? [];
    for (const editor of vscode.window.visibleTextEditors) {
      const own = editor.document === this.#shown?.document ? tokens : [];
      this.#levels.forEach((type, level) => {
        editor.setDecorations(
          type,
          own.filter((token) => levelOf(token) === level).flatMap((token) => this.#options(token)),
        );
      });
      editor.setDecorations(
        this.#sure,
        own.filter((token) => levelOf(token) < 0).flatMap((token) => this.#options(token)),
      );
    }
  }

  #options(token: JudgedToken): vscode.DecorationOptions[] {
    const scored = this.#shown?.judged.scored.tokens[token.index];
    const hover = new vscode.MarkdownString();
    hover.appendMarkdown(`**${percent(token.probability)}**`).appendText(`  ${visibleText(token.text)}`);
    const others = scored?.alternatives.filter(({ text }) => text !== token.text) ?? [];
    for (const { text, probability } of others)
      hover.appendText(`\n\n${percent(probability)}  ${visibleText(text)}`);
    return visibleParts(token.range).map((range) => ({ range, hoverMessage: hover }));
  }
}

function levelOf({ probability }: JudgedToken): number {
  return LEVELS.findIndex(({ below }) => probability < below);
}

/** A newline with its indentation is drawn at the end of its first line, where there is something to hover. */
function visibleParts(range: vscode.Range): vscode.Range[] {
  return range.isSingleLine ? [range] : [new vscode.Range(range.start, range.start.translate(0, 1))];
}
