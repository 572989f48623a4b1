import * as vscode from 'vscode';
import { enclosingBlock, enclosingFunction, enclosingLine } from '../document/enclosing';
import type { SyntaxTrees } from '../document/syntax-trees';
import { markersIn, targetOf, type FillTarget } from './fill-target';

/** The targets to choose from when nothing is selected. */
export type TargetKind = (typeof TARGET_KINDS)[number];

const TARGET_KINDS = ['markers', 'cursor', 'line', 'block', 'function'] as const;

const REMEMBERED = 'llada.fillTarget';

const LABELS: Readonly<Record<TargetKind, string>> = {
  markers: vscode.l10n.t('Fill the [MASK] markers'),
  cursor: vscode.l10n.t('Fill in at the cursor'),
  line: vscode.l10n.t('Replace the line'),
  block: vscode.l10n.t('Replace the block'),
  function: vscode.l10n.t('Replace the function’s body'),
};

interface TargetItem extends vscode.QuickPickItem {
  readonly target: TargetKind;
  readonly targets: readonly FillTarget[];
}

/** The argument of a keybinding or another caller of the command, if it is one: `"args": "line"`. */
export function targetKindOf(argument: unknown): TargetKind | undefined {
  return TARGET_KINDS.find((kind) => kind === argument);
}

/**
 * Chooses the targets: the selections; several cursors; the markers on the cursor's line; the cursor's place on a blank
 * line. In any other case the user is asked, what was taken last time coming first.
 *
 * @param trees know what a block and a function is
 * @param wanted answers the question beforehand
 * @param memory keeps the answer
 * @returns undefined when the user took nothing, or what was wanted is not there
 */
export async function chooseTargets(
  { document, selections }: vscode.TextEditor,
  memory: vscode.Memento,
  trees: SyntaxTrees,
  wanted?: TargetKind,
): Promise<readonly FillTarget[] | undefined> {
  const sorted = selections.toSorted((a, b) => a.start.compareTo(b.start));
  const selected = sorted.map((range) => targetOf(document, range));
  const [first] = sorted;
  if (!first || !first.isEmpty || sorted.length > 1) return selected;
  const position = first.active;
  if (wanted !== undefined) return targetsOfKind(document, position, trees, wanted);
  const onLine = markersIn(document, document.lineAt(position).range);
  if (onLine.length > 0) return onLine;
  const isBlank = document.lineAt(position).isEmptyOrWhitespace;
  if (isBlank && markersIn(document).length === 0) return selected;
  return ask(document, position, memory, trees);
}

async function ask(
  document: vscode.TextDocument,
  position: vscode.Position,
  memory: vscode.Memento,
  trees: SyntaxTrees,
): Promise<readonly FillTarget[] | undefined> {
  const choice = await vscode.window.showQuickPick(choices(document, position, memory, trees), {
    title: vscode.l10n.t('Fill Masked Region'),
    placeHolder: vscode.l10n.t('Nothing is selected. What is to be filled?'),
  });
  if (choice) await memory.update(REMEMBERED, choice.target);
  return choice?.targets;
}

async function choices(
  document: vscode.TextDocument,
  position: vscode.Position,
  memory: vscode.Memento,
  trees: SyntaxTrees,
): Promise<TargetItem[]> {
  const remembered = memory.get<TargetKind>(REMEMBERED);
  const items: TargetItem[] = [];
  for (const kind of TARGET_KINDS) {
    const targets = await targetsOfKind(document, position, trees, kind);
    if (targets) items.push({ target: kind, targets, label: LABELS[kind], description: describe(targets) });
  }
  return items.sort((a, b) => Number(b.target === remembered) - Number(a.target === remembered));
}

async function targetsOfKind(
  document: vscode.TextDocument,
  position: vscode.Position,
  trees: SyntaxTrees,
  kind: TargetKind,
): Promise<readonly FillTarget[] | undefined> {
  if (kind === 'markers') {
    const markers = markersIn(document);
    return markers.length > 0 ? markers : undefined;
  }
  const range = await rangeOfKind(document, position, trees, kind);
  return range && [targetOf(document, range)];
}

async function rangeOfKind(
  document: vscode.TextDocument,
  position: vscode.Position,
  trees: SyntaxTrees,
  kind: Exclude<TargetKind, 'markers'>,
): Promise<vscode.Range | undefined> {
  switch (kind) {
    case 'cursor':
      return new vscode.Range(position, position);
    case 'line':
      return enclosingLine(document, position);
    case 'block':
      return enclosingBlock(document, position, trees);
    case 'function':
      return enclosingFunction(document, position, trees);
  }
}

function describe(targets: readonly FillTarget[]): string {
  if (targets.length > 1) return vscode.l10n.t('{0} holes', targets.length);
  const { start, end } = targets[0]!.range;
  return start.line === end.line
    ? vscode.l10n.t('line {0}', start.line + 1)
    : vscode.l10n.t('lines {0}–{1}', start.line + 1, end.line + 1);
}
