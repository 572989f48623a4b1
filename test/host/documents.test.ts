import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  closeAll,
  configure,
  fill,
  filled,
  forTest,
  freshName,
  makeReadOnly,
  marked,
  next,
  openFile,
  openMarked,
  openText,
  replaced,
  select,
  useExtension,
} from '../support/host/editing';

/** A file system that holds one text and refuses to be written to. */
class ReadOnlyFiles implements vscode.FileSystemProvider {
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;
  watch = (): vscode.Disposable => new vscode.Disposable(() => undefined);
  stat = (): vscode.FileStat => ({ type: vscode.FileType.File, ctime: 0, mtime: 0, size: 9 });
  readDirectory = (): [string, vscode.FileType][] => [];
  readFile = (): Uint8Array => new TextEncoder().encode('read only');
  createDirectory = refuse;
  writeFile = refuse;
  delete = refuse;
  rename = refuse;
}

function refuse(): never {
  throw vscode.FileSystemError.NoPermissions();
}

describe('documents that can and cannot be filled', () => {
  const llada = useExtension();

  /** That the command leaves the document alone and does not even begin. */
  async function refuses({ document }: vscode.TextEditor): Promise<void> {
    const text = document.getText();
    let started = false;
    const listening = llada().onDidStartFill(() => (started = true));
    assert.equal(await fill(), undefined);
    listening.dispose();
    assert.equal(started, false);
    assert.equal(document.getText(), text);
  }

  it('an empty file', async () => {
    const editor = await openFile(freshName('.js'), '');
    const outcome = await fill();
    // There is nothing to go on: a fill that the model is not sure of and that does not parse is kept back.
    if (outcome?.kind === 'empty') assert.ok(outcome.fault);
    else {
      assert.equal(editor.document.getText(), filled(outcome).texts[0]);
      await vscode.commands.executeCommand('undo');
    }
    assert.equal(editor.document.getText(), '');
  });

  it('a file with CRLF keeps it', async () => {
    const drawn = marked('function a() {\r\n  «one();\r\n  two();\r\n  three();»\r\n}\r\n‸');
    const editor = await openFile(freshName('.js'), drawn.text);
    select(editor, drawn);
    const { texts } = filled(await fill());
    const text = editor.document.getText();
    assert.equal(editor.document.eol, vscode.EndOfLine.CRLF);
    assert.doesNotMatch(text, /(^|[^\r])\n|\r(?!\n)/);
    assert.equal(text, replaced(drawn, texts));
  });

  it('text beyond the basic plane', async () => {
    const drawn = 'const happy = true;\nconst face = "😀«🎉 party»🎈";\n';
    const editor = await openMarked(drawn);
    const { texts } = filled(await fill());
    assert.ok(texts[0]!.isWellFormed());
    assert.equal(editor.document.getText(), replaced(marked(drawn), texts));
  });

  it('a cell of a notebook, and no other cell', async () => {
    const cell = (text: string): vscode.NotebookCellData =>
      new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, 'javascript');
    const data = new vscode.NotebookData([cell('const a = 1;'), cell('const b = 2;')]);
    const notebook = await vscode.workspace.openNotebookDocument('jupyter-notebook', data);
    await vscode.window.showNotebookDocument(notebook);
    await vscode.commands.executeCommand('notebook.focusNextEditor');
    const { document } = notebook.cellAt(1);
    // What has the focus is told to extensions a moment later.
    if (vscode.window.activeTextEditor?.document !== document)
      await next(vscode.window.onDidChangeActiveTextEditor, (editor) => editor?.document === document);
    const other = notebook
      .getCells()
      .find((each) => each.document !== document)!
      .document.getText();
    const text = document.getText();
    const end = text.indexOf(';');
    const editor = vscode.window.activeTextEditor!;
    editor.selection = new vscode.Selection(document.positionAt(end - 1), document.positionAt(end));
    const { texts } = filled(await fill());
    assert.equal(document.uri.scheme, 'vscode-notebook-cell');
    assert.equal(document.getText(), `${text.slice(0, end - 1)}${texts[0]}${text.slice(end)}`);
    assert.ok(notebook.getCells().some((each) => each.document.getText() === other));
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), text);
  });

  it('a file of a read-only file system is refused at once', async () => {
    const files = new ReadOnlyFiles();
    forTest(vscode.workspace.registerFileSystemProvider('llada-read-only', files, { isReadonly: true }));
    await refuses(await vscode.window.showTextDocument(vscode.Uri.parse('llada-read-only:/a.txt')));
  });

  it('a virtual document is refused at once', async () => {
    const content = { provideTextDocumentContent: () => 'made up' };
    forTest(vscode.workspace.registerTextDocumentContentProvider('llada-virtual', content));
    await refuses(await vscode.window.showTextDocument(vscode.Uri.parse('llada-virtual:/a.txt')));
  });

  it('a file that the settings make read-only is refused at once', async () => {
    await configure({ 'files.readonlyInclude': { '**/locked-*.js': true } });
    await refuses(await openFile('locked-1.js', 'const a = 1;\n'));
  });

  it('an editor made read-only for the session says so and keeps its text', async () => {
    const editor = await openFile(freshName('.js'), 'const a = 1;\n');
    await makeReadOnly(editor);
    const before = editor.document.getText();
    assert.deepEqual(await fill('cursor'), { kind: 'rejected' });
    assert.equal(editor.document.getText(), before);
    await vscode.commands.executeCommand('workbench.action.files.resetActiveEditorReadonlyInSession');
  });

  it('a region that is too large is refused with a reason', async () => {
    const editor = await openText('let x = f(1, 2, 3);\n'.repeat(4000));
    await vscode.commands.executeCommand('editor.action.selectAll');
    const { version } = editor.document;
    const outcome = await fill();
    assert.equal(outcome?.kind === 'failed' && outcome.error.code, 'region-too-large');
    assert.equal(editor.document.version, version);
  });

  it('no editor at all', async () => {
    await closeAll();
    assert.equal(await fill(), undefined);
  });
});
