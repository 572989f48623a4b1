import type * as vscode from 'vscode';
import type { Edit, Proposal } from '../../next-edit/edit';
import { isSound, proposalsFor } from '../../next-edit/propose';
import { judgedProposals } from '../../next-edit/second-lane';
import type { SyntaxTree } from '../../syntax/syntax-tree';
import type { SyntaxTrees } from '../document/syntax-trees';
import type { Engines } from '../engine/engines';
import { nextEditAsksModel } from '../shared/settings';
import { judgingModel } from './judging-model';
import type { NamedReferences } from './named-references';

/** How a proposal is looked for. */
export interface Wish {
  /** The user has asked for it: the model may be asked, loaded if need be, and may take its time. */
  readonly asked: boolean;
  /** Go on behind this proposal. */
  readonly after: Proposal | undefined;
  readonly isWanted: (proposal: Proposal) => boolean;
  readonly signal: AbortSignal;
}

/** Finds what the last edits of a document call for: by rules, and by the model where rules know a place but no text. */
export class Proposer {
  constructor(
    private readonly engines: Pick<Engines, 'suggestions'>,
    private readonly trees: SyntaxTrees,
    private readonly references: Pick<NamedReferences, 'of'>,
  ) {}

  /**
   * The first proposal that is wanted and that the grammar reads no worse.
   *
   * @param edits oldest first
   * @throws EngineError; `cancelled` where the signal says so, or a completion needs the engine
   */
  async first(
    document: vscode.TextDocument,
    edits: readonly Edit[],
    wish: Wish,
  ): Promise<Proposal | undefined> {
    using tree = await this.trees.of(document);
    if (!tree || tree.text !== document.getText()) return undefined;
    for await (const proposal of this.#inTurn(document, tree, edits, wish))
      if (wish.isWanted(proposal) && (await isSound(tree, proposal))) return proposal;
    return undefined;
  }

  async *#inTurn(
    document: vscode.TextDocument,
    tree: SyntaxTree,
    edits: readonly Edit[],
    { asked, after, signal }: Wish,
  ): AsyncGenerator<Proposal, void, undefined> {
    const byRules = await proposalsFor(tree, edits, (start) => this.references.of(document, start));
    const passed = byRules.findIndex(({ start, end }) => start === after?.start && end === after.end);
    yield* byRules.slice(passed + 1);
    yield* byRules.slice(0, passed + 1);
    const session = this.engines.suggestions;
    if (!asked && !(nextEditAsksModel(document) && isQuick(session))) return;
    const model = judgingModel(session, document, asked);
    const before: Proposal[] = [];
    for await (const proposal of judgedProposals(tree, edits, byRules, model, signal)) {
      if (passed < 0 && after && proposal.start <= after.start) before.push(proposal);
      else yield proposal;
    }
    yield* before;
  }
}

/**
 * By itself no model is loaded for this, and none is asked that may take its time, as imported ones do, or whose bar is not
 * known: those have no coefficients.
 */
function isQuick({ chooser }: Engines['suggestions']): boolean {
  return chooser !== undefined;
}
