import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import Mocha from 'mocha';
import * as vscode from 'vscode';
import type { LladaApi } from '../../../src/editor/extension-api';
import type { TargetKind } from '../../../src/editor/fills/choose-targets';
import type { FillOutcome } from '../../../src/editor/fills/running-fill';
import { forgetTrace, trace, traced } from './trace';

/** The extension's public API, the extension activated. */
export async function activated(): Promise<LladaApi> {
  const extension = vscode.extensions.getExtension<LladaApi>('llada-infill.llada-infill');
  assert.ok(extension, 'the extension is not installed');
  return extension.activate();
}

/**
 * For a suite: the extension activated and settings set before its tests, taken back after them. After each test,
 * however it ended, its fill is cancelled, its settings are taken back, what it registered is disposed of and editors
 * are closed: a second attempt begins as the first one did. By default without completions while typing, which would
 * only be in the way.
 *
 * @returns gives the extension's public API to a test
 */
export function useExtension(
  settings: Readonly<Record<string, unknown>> = { 'llada.inlineCompletions.enabled': false },
): () => LladaApi {
  let llada: LladaApi;
  let tracing: vscode.Disposable;
  before(async () => {
    llada = await activated();
    tracing = trace(llada);
    await configure(settings);
    for (const key of Object.keys(settings)) CONFIGURED.delete(key);
  });
  after(async () => {
    tracing.dispose();
    await takeBack(Object.keys(settings));
  });
  beforeEach(forgetTrace);
  afterEach(function () {
    if (this.currentTest?.isPassed() === false && !this.currentTest.isPending())
      Mocha.reporters.Base.consoleLog('      what happened:\n%s', traced());
  });
  afterEach(async () => {
    waitNoLonger();
    await vscode.commands.executeCommand('llada.cancelFill');
    await closeAll();
    for (const registered of REGISTERED.splice(0)) registered.dispose();
    await takeBack([...CONFIGURED]);
  });
  return () => llada;
}

/** Settings that the test under way has set. */
const CONFIGURED = new Set<string>();

/** What it has registered. */
const REGISTERED: vscode.Disposable[] = [];

/** Has something disposed of after the test, in a suite that uses the extension. */
export function forTest<T extends vscode.Disposable>(registered: T): T {
  REGISTERED.push(registered);
  return registered;
}

/** What the test under way waits for. */
const WAITING = new Set<vscode.Disposable>();

/**
 * The next event that passes. After the test nobody is told any more: one that has taken too long would go on beside
 * its second attempt, and undo, accept or type there.
 */
export function next<T>(event: vscode.Event<T>, passes: (value: T) => boolean = () => true): Promise<T> {
  return new Promise((resolve) => {
    const listening = event((value) => {
      if (!passes(value)) return;
      listening.dispose();
      WAITING.delete(listening);
      resolve(value);
    });
    WAITING.add(listening);
  });
}

function waitNoLonger(): void {
  for (const listening of WAITING) listening.dispose();
  WAITING.clear();
}

/** Waits until the fill under way has taken a step; throws when it has ended before. */
export async function stepped(
  llada: LladaApi,
  running: Thenable<FillOutcome | undefined>,
  index = 0,
): Promise<void> {
  const step = next(llada.onDidStepFill, (taken) => taken.index >= index);
  const early = await Promise.race([step.then(() => undefined), running]);
  if (early) assert.fail(`the fill ended before step ${index}: ${describeOutcome(early)}`);
}

function describeOutcome(outcome: FillOutcome | undefined): string {
  return outcome?.kind === 'failed' ? outcome.error.message : `“${outcome?.kind}”`;
}

let untitled = 0;

/**
 * Opens an untitled document of a name that none before had: VS Code restores the text and selection of an earlier one
 * of the same name, which it may be slow to forget. The edit makes the document: to one that is there and empty VS Code
 * opens an editor by itself after 0.8 s, which a slow machine needs before the edit comes.
 */
export async function openText(content: string, language = 'javascript'): Promise<vscode.TextEditor> {
  const uri = vscode.Uri.from({ scheme: 'untitled', path: `/Text-${++untitled}` });
  const edit = new vscode.WorkspaceEdit();
  const ending = content.includes('\r\n') ? vscode.EndOfLine.CRLF : vscode.EndOfLine.LF;
  const start = new vscode.Position(0, 0);
  edit.set(uri, [vscode.TextEdit.setEndOfLine(ending), vscode.TextEdit.insert(start, content)]);
  assert.ok(await vscode.workspace.applyEdit(edit));
  const opened = await vscode.workspace.openTextDocument(uri);
  const document = await vscode.languages.setTextDocumentLanguage(opened, language);
  return vscode.window.showTextDocument(document, { selection: new vscode.Range(0, 0, 0, 0) });
}

/** Writes a file in the workspace's folder and opens it. */
export async function openFile(name: string, content: string): Promise<vscode.TextEditor> {
  const uri = vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, name);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(content));
  return vscode.window.showTextDocument(uri);
}

/** Makes an editor read-only for the session, which it becomes a moment after the command. */
export async function makeReadOnly(editor: vscode.TextEditor): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.files.setActiveEditorReadonlyInSession');
  let before: string;
  do {
    before = editor.document.getText();
    // VS Code says that an edit was made even then.
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), ' '));
  } while (editor.document.getText() !== before);
}

/** A document's text with its places marked: «…» a selection, ‸ a cursor. */
export interface Marked {
  readonly text: string;
  readonly selections: readonly { readonly start: number; readonly end: number }[];
}

export function marked(drawn: string): Marked {
  const selections: { start: number; end: number }[] = [];
  let text = '';
  for (const part of drawn.split(/([«»‸])/)) {
    if (part === '«') selections.push({ start: text.length, end: text.length });
    else if (part === '»') selections.at(-1)!.end = text.length;
    else if (part === '‸') selections.push({ start: text.length, end: text.length });
    else text += part;
  }
  return { text, selections };
}

/** Selects what is marked, in an editor that shows the marked text. */
export function select(editor: vscode.TextEditor, { selections }: Marked): void {
  const { document } = editor;
  editor.selections = selections.map(
    ({ start, end }) => new vscode.Selection(document.positionAt(start), document.positionAt(end)),
  );
}

/** Opens an untitled document with what is marked selected. */
export async function openMarked(drawn: string, language?: string): Promise<vscode.TextEditor> {
  const editor = await openText(marked(drawn).text, language);
  select(editor, marked(drawn));
  return editor;
}

/** The marked text with its places replaced, left to right. */
export function replaced({ text, selections }: Marked, fills: readonly string[]): string {
  return selections
    .map((region, i) => ({ ...region, fill: fills[i]! }))
    .toReversed()
    .reduce((whole, { start, end, fill }) => whole.slice(0, start) + fill + whole.slice(end), text);
}

/** @param target what to fill where nothing is selected; without it the user is asked */
export function fill(target?: TargetKind): Thenable<FillOutcome | undefined> {
  return vscode.commands.executeCommand<FillOutcome | undefined>('llada.fillMaskedRegion', target);
}

/** Takes the selected entry of the list that is about to be shown, as Enter does, until what waits for it has it. */
export async function acceptChoice<T>(waiting: Thenable<T>): Promise<T> {
  const settled = Promise.resolve(waiting).then(
    () => true,
    () => true,
  );
  const soon = (): Promise<boolean> => new Promise((resolve) => setTimeout(() => resolve(false), 50));
  do await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
  while (!(await Promise.race([settled, soon()])));
  return waiting;
}

/** The outcome, which must be that the holes were filled. */
export function filled(outcome: FillOutcome | undefined): Extract<FillOutcome, { kind: 'filled' }> {
  assert.equal(outcome?.kind, 'filled', `the fill ended: ${describeOutcome(outcome)}`);
  return outcome;
}

async function set(key: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration().update(key, value, vscode.ConfigurationTarget.Global);
}

/** Sets settings; the function returned takes them back, as a suite that uses the extension does after the test. */
export async function configure(values: Readonly<Record<string, unknown>>): Promise<() => Promise<void>> {
  for (const [key, value] of Object.entries(values)) {
    CONFIGURED.add(key);
    await set(key, value);
  }
  return () => takeBack(Object.keys(values));
}

async function takeBack(keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    await set(key, undefined);
    CONFIGURED.delete(key);
  }
}

/** Closes all editors, and the panel, whose log is an editor too; then none is active. */
export async function closeAll(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  await vscode.commands.executeCommand('workbench.action.closePanel');
  // What is active is told to extensions a moment later.
  if (vscode.window.activeTextEditor)
    await next(vscode.window.onDidChangeActiveTextEditor, (editor) => !editor);
}

/** A file's name that no other test uses. */
export function freshName(extension: string): string {
  return `${randomUUID()}${extension}`;
}
