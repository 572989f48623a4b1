import * as vscode from 'vscode';
import type { ShownEdit } from './proposal-view';

/** Context keys that the key bindings of package.json ask for. */
export interface ProposalKeys {
  /** A proposal is shown: Escape dismisses it. */
  readonly 'llada.nextEdit': boolean;
  /** The cursor is where the proposal is: Tab accepts it. Elsewhere Tab jumps there. */
  readonly 'llada.nextEdit.here': boolean;
  /** Tab does either; not where it indents. */
  readonly 'llada.nextEdit.tab': boolean;
}

/**
 * The keys for a cursor.
 *
 * @param hasJumped the user has asked to be taken there
 */
export function proposalKeys(shown: ShownEdit | undefined, hasJumped: boolean): ProposalKeys {
  if (!shown) return { 'llada.nextEdit': false, 'llada.nextEdit.here': false, 'llada.nextEdit.tab': false };
  const { editor, range } = shown;
  const { active, isEmpty } = editor.selection;
  const isHere = range.contains(active);
  const head = editor.document.lineAt(active.line).text.slice(0, active.character);
  const indents = !isEmpty || editor.selections.length > 1 || (head.trim() === '' && !(hasJumped && isHere));
  return { 'llada.nextEdit': true, 'llada.nextEdit.here': isHere, 'llada.nextEdit.tab': !indents };
}

let present: Partial<ProposalKeys> = {};

/** Tells VS Code of the keys that have changed. */
export function setProposalKeys(keys: ProposalKeys): void {
  for (const [key, value] of Object.entries(keys))
    if (present[key as keyof ProposalKeys] !== value)
      void vscode.commands.executeCommand('setContext', key, value);
  present = keys;
}
