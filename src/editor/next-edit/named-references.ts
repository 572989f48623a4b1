import * as vscode from 'vscode';
import { classOf, namePlaces } from '../../next-edit/names';
import { isSilentFile } from '../completions/completion-gate';
import type { Region, TextChange } from '../document/region-tracker';
import type { SyntaxTrees } from '../document/syntax-trees';
import { inTime } from '../shared/in-time';
import { nextEditEnabled } from '../shared/settings';

/** The cursor rests where it has been for so long. */
const REST_MS = 300;
/** Nobody waits longer for a language's own extension. */
const PATIENCE_MS = 2000;
/** Names whose places are kept: as many as there are edits with consequences. */
const MOST_NAMES = 3;

/** A member's name where it is declared, and its other places in the document. */
interface NamedPlaces {
  readonly document: vscode.TextDocument;
  readonly name: string;
  readonly own: Region;
  readonly others: readonly Region[];
}

/**
 * Where else a member's name stands, as VS Code's reference provider of the language knows. It does so only as long as the
 * name is what it was: with another one, what stood for it is nothing that it knows. So it is asked when the cursor comes
 * to rest in the name where that is declared. Of other names the tree knows the places.
 */
export class NamedReferences implements vscode.Disposable {
  #known: readonly NamedPlaces[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAsking = false;
  readonly #closing: vscode.Disposable;

  constructor(private readonly trees: SyntaxTrees) {
    this.#closing = vscode.workspace.onDidCloseTextDocument((closed) => {
      this.#known = this.#known.filter(({ document }) => document !== closed);
    });
  }

  /** @returns where the other places begin of the name that stood at an offset before it was edited */
  of(document: vscode.TextDocument, start: number): readonly number[] {
    const known = this.#known.findLast((one) => one.document === document && one.own.start === start);
    return known?.others.map((other) => other.start) ?? [];
  }

  /** Follows a change; to be told of each. */
  changed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    clearTimeout(this.#timer);
    for (const change of contentChanges)
      this.#known = this.#known.map((one) => (one.document === document ? afterChange(one, change) : one));
  }

  /** The cursor has moved; to be told of each time. */
  moved(editor: vscode.TextEditor): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#rest(editor), REST_MS);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#closing.dispose();
  }

  async #rest(editor: vscode.TextEditor): Promise<void> {
    const { document, selection } = editor;
    const word = document.getWordRangeAtPosition(selection.active);
    if (!word || this.#isAsking || editor !== vscode.window.activeTextEditor) return;
    if (!nextEditEnabled(document) || isSilentFile(document)) return;
    const { version } = document;
    const name = document.getText(word);
    const own = regionOf(document, word);
    if (this.#isRenamed(document, own, name)) return;
    this.#isAsking = true;
    try {
      if (!(await this.#isMember(document, own, name))) return;
      const found = await referencesAt(document, word.start);
      if (document.version !== version) return;
      const others = found.filter(({ start }) => start !== own.start);
      const rest = this.#known.filter((one) => one.document !== document || one.own.start !== own.start);
      this.#known = [...rest, { document, name, own, others }].slice(-MOST_NAMES);
    } catch {
      // Whatever a language's own extension may throw: nothing is known then.
    } finally {
      this.#isAsking = false;
    }
  }

  /** True where a name has become another one, and places of the old one are left. */
  #isRenamed(document: vscode.TextDocument, own: Region, name: string): boolean {
    return this.#known.some(
      (one) =>
        one.document === document &&
        one.own.start === own.start &&
        one.name !== name &&
        one.others.length > 0,
    );
  }

  async #isMember(document: vscode.TextDocument, { start }: Region, name: string): Promise<boolean> {
    using tree = await this.trees.of(document);
    const place = tree && namePlaces(tree, name).find((one) => one.start === start);
    return place !== undefined && classOf(tree!, place) !== undefined;
  }
}

/** The places in the document itself; none where no provider answers in time. */
async function referencesAt(document: vscode.TextDocument, position: vscode.Position): Promise<Region[]> {
  const asking = vscode.commands.executeCommand<vscode.Location[] | undefined>(
    'vscode.executeReferenceProvider',
    document.uri,
    position,
  );
  const found = await inTime(asking, PATIENCE_MS);
  return (found ?? [])
    .filter(({ uri }) => uri.toString() === document.uri.toString())
    .map(({ range }) => regionOf(document, range));
}

function regionOf(document: vscode.TextDocument, { start, end }: vscode.Range): Region {
  return { start: document.offsetAt(start), end: document.offsetAt(end) };
}

/** The name grows with what is typed in it; another place that is touched is done. */
function afterChange(places: NamedPlaces, { rangeOffset, rangeLength, text }: TextChange): NamedPlaces {
  const end = rangeOffset + rangeLength;
  const growth = text.length - rangeLength;
  const moved = (region: Region): Region =>
    end <= region.start ? { start: region.start + growth, end: region.end + growth } : region;
  const { own, others } = places;
  const isInName = rangeOffset >= own.start && end <= own.end;
  return {
    ...places,
    own: isInName ? { start: own.start, end: own.end + growth } : moved(own),
    others: others.filter((other) => end <= other.start || rangeOffset >= other.end).map(moved),
  };
}
