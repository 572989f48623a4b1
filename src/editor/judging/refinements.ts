import * as vscode from 'vscode';
import { percent } from '../../display/percent';
import type { Alternative, CellStart } from '../../engine/index';
import { enclosingLine } from '../document/enclosing';
import type { Fills } from '../fills/fills';
import type { FillTarget } from '../fills/fill-target';
import { visibleText } from '../document/mask-layout';
import { quietly } from '../shared/notices';
import type { FreshFillKeeper } from '../fills/fresh-fill';
import type { FillOutcome } from '../fills/running-fill';
import type { Judge } from './judge';
import type { JudgedText, JudgedToken } from './judged-text';
import { remaskWeakest } from './weak-tokens';

const ALTERNATIVES = 12;

interface AlternativeItem extends vscode.QuickPickItem {
  readonly alternative: Alternative;
}

/** Changes a text that is there as only a model that can remask can: improves it, or chooses one token anew. */
export class Refinements {
  constructor(
    private readonly judge: Judge,
    private readonly fills: Fills,
    private readonly fresh: FreshFillKeeper,
  ) {}

  /** “LLaDA: Improve Selection”: remasks the weakest tokens of the selections, or of the new fill, and fills them again. */
  async improve(): Promise<FillOutcome | undefined> {
    const editor = vscode.window.activeTextEditor;
    const selected = editor?.selections.filter(({ isEmpty }) => !isEmpty) ?? [];
    if (editor && selected.length > 0) return this.#improve(editor.document, selected);
    if (this.fresh.current) return this.improveFill();
    quietly(vscode.l10n.t('select the text to improve'));
    return undefined;
  }

  /** The same for the new fill, whatever is selected. */
  async improveFill(): Promise<FillOutcome | undefined> {
    const fresh = this.fresh.current;
    return fresh && this.#improve(fresh.document, fresh.outcome.ranges);
  }

  /** “LLaDA: Show Alternatives”: the user chooses another token at the cursor; it stays, and the rest is filled again. */
  async chooseAlternative(): Promise<FillOutcome | undefined> {
    const editor = vscode.window.activeTextEditor;
    const hole = editor && this.fresh.rangeAt(editor.document, editor.selection.active);
    const region = hole ?? (editor && enclosingLine(editor.document, editor.selection.active));
    if (!editor || !region) {
      quietly(vscode.l10n.t('put the cursor on the token to be replaced'));
      return undefined;
    }
    const { document, selection } = editor;
    if (!(await this.fills.mayFill(document))) return undefined;
    const judged = await this.judge.judge(document, region, ALTERNATIVES);
    const token = judged && tokenAt(judged, selection.active);
    if (!token) return undefined;
    const chosen = await pick(token, judged);
    return chosen && this.fills.fill(document, [withChoice(judged, token, chosen, hole !== undefined)]);
  }

  async #improve(
    document: vscode.TextDocument,
    ranges: readonly vscode.Range[],
  ): Promise<FillOutcome | undefined> {
    if (!(await this.fills.mayFill(document))) return undefined;
    const { version } = document;
    const targets: FillTarget[] = [];
    for (const range of ranges.toSorted((a, b) => a.start.compareTo(b.start))) {
      const judged = await this.judge.judge(document, range, ALTERNATIVES);
      if (!judged) return undefined;
      if (judged.scored.tokens.length > 0)
        targets.push({ range, hole: { cells: remaskWeakest(judged.scored.tokens) } });
    }
    if (document.version !== version || targets.length === 0) return undefined;
    return this.fills.fill(document, targets);
  }
}

function tokenAt({ tokens }: JudgedText, position: vscode.Position): JudgedToken | undefined {
  // Between two tokens the cursor is at the one behind it, at the end of the text at the last one.
  return (
    tokens.find(({ range }) => range.contains(position) && !range.end.isEqual(position)) ??
    tokens.findLast(({ range }) => range.end.isEqual(position))
  );
}

async function pick(token: JudgedToken, { scored }: JudgedText): Promise<Alternative | undefined> {
  const { alternatives } = scored.tokens[token.index]!;
  const items = alternatives
    .filter(({ text }) => text !== token.text)
    .map((alternative): AlternativeItem => ({
      label: visibleText(alternative.text) || '∅',
      description: percent(alternative.probability),
      alternative,
    }));
  const choice = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Instead of “{0}” ({1})', visibleText(token.text), percent(token.probability)),
    placeHolder: vscode.l10n.t('What you choose stays; the rest is filled in anew'),
  });
  return choice?.alternative;
}

/** The chosen token locked; masked are all others of a hole, but on a line of the user's only what follows. */
function withChoice(
  { range, scored }: JudgedText,
  { index, range: { start } }: JudgedToken,
  { token }: Alternative,
  isHole: boolean,
): FillTarget {
  const cells = scored.tokens.map((_, i): CellStart =>
    i === index ? { token, locked: true } : { token: null },
  );
  return isHole
    ? { range, hole: { cells } }
    : { range: new vscode.Range(start, range.end), hole: { cells: cells.slice(index) } };
}
