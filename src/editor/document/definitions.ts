import { LRUCache } from 'lru-cache';
import * as vscode from 'vscode';
import { declarationAt } from '../../context/declaration';
import { MOST } from '../../context/in-front';
import { namesNear } from '../../context/names-near';
import { holdsSecret, looksSecret } from '../../context/secrets';
import type { OtherText } from '../../context/similar-passage';

/** Nobody waits longer for a language service; what comes later is there for the next request. */
const PATIENCE_MS = 30;
const MOST_NAMES = 6;
const MOST_CHARACTERS = MOST.passage / 2;
const LARGEST_FILE = 1_000_000;

/** Declarations found lately, by document and name: null where a name is declared nowhere else. */
const FOUND = new LRUCache<string, { readonly passage: OtherText | null }>({ max: 500, ttl: 60_000 });

/**
 * The declarations, in other files, of names near a place, as VS Code's definition provider of the language finds them;
 * the nearest name's last. Those that do not come in time are left out.
 *
 * @param offset of the place
 */
export async function definitionsNear(document: vscode.TextDocument, offset: number): Promise<OtherText[]> {
  const before = document.getText(new vscode.Range(new vscode.Position(0, 0), document.positionAt(offset)));
  // A name that is being written, at the very end, is not declared yet.
  const names = namesNear(before, MOST_NAMES).filter(({ name, index }) => index + name.length < offset);
  const keys = names.map(({ name }) => `${document.uri.toString()}#${name}`);
  const finding = names.map(async ({ index }, i) => {
    if (FOUND.has(keys[i]!)) return;
    const passage = await declarationOf(document, document.positionAt(index)).catch(() => null);
    FOUND.set(keys[i]!, { passage });
  });
  await Promise.race([Promise.all(finding), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  return fitting(keys.flatMap((key) => FOUND.get(key)?.passage ?? [])).reverse();
}

async function declarationOf(
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<OtherText | null> {
  const found = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[] | undefined>(
    'vscode.executeDefinitionProvider',
    document.uri,
    position,
  );
  for (const one of found ?? []) {
    const [uri, range] = 'uri' in one ? [one.uri, one.range] : [one.targetUri, one.targetRange];
    if (uri.toString() === document.uri.toString() || looksSecret(uri.path)) continue;
    const text = await textOf(uri);
    if (text === undefined || holdsSecret(text)) continue;
    const declaration = declarationAt(text, range.start.line, range.end.line, MOST_CHARACTERS);
    if (declaration !== '') return { path: vscode.workspace.asRelativePath(uri, false), text: declaration };
  }
  return null;
}

/** As it stands in its editor, else on disk; a document that is opened would tell language services of it. */
async function textOf(uri: vscode.Uri): Promise<string | undefined> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open) return open.getText();
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > LARGEST_FILE) return undefined;
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}

/** As many as fit, each once. */
function fitting(passages: readonly OtherText[]): OtherText[] {
  const kept: OtherText[] = [];
  let room: number = MOST.passage;
  for (const passage of passages) {
    if (passage.text.length > room || kept.some(({ text }) => text === passage.text)) continue;
    kept.push(passage);
    room -= passage.text.length;
  }
  return kept;
}
