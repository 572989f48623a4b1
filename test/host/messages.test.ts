import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { chooseBundle } from '../../src/editor/engine/choose-bundle';
import { HeavyModels } from '../../src/editor/engine/heavy-model';
import type { ModelItem } from '../../src/editor/engine/model-items';
import { importModel } from '../../src/editor/engine/import-model';
import type { EngineSession } from '../../src/editor/engine/engine-session';
import { SyntaxTrees } from '../../src/editor/document/syntax-trees';
import { Fills } from '../../src/editor/fills/fills';
import { activate } from '../../src/extension';
import { messagesIn, unseen, WHAT_TO_DO } from '../support/messages';
import {
  closeAll,
  configure,
  fill,
  freshName,
  makeReadOnly,
  marked,
  openFile,
  openText,
  select,
  useExtension,
} from '../support/host/editing';

type Show = (message: string, ...rest: unknown[]) => unknown;
type Notices = Record<
  'showErrorMessage' | 'showWarningMessage' | 'showInformationMessage' | 'setStatusBarMessage',
  Show
>;

/** Messages about which nothing is to be done: a wish was carried out, or a figure is not to be had. */
const NO_ERRORS = /cancelled|does not tell what it takes/;

/** Every message that the editor shows of its own; those of the engine, which it passes on, are in the engine's list. */
describe('every error message of the editor', function () {
  this.timeout(120_000);
  const seen: string[] = [];
  const restored: (() => void)[] = [];
  const folder = mkdtempSync(path.join(tmpdir(), 'llada-messages-'));

  useExtension({ 'llada.inlineCompletions.enabled': false, 'llada.maxTokens': 4 });

  /** Puts something in the place of a function of VS Code's until the test is over. */
  function replace<T extends object, K extends keyof T>(object: T, name: K, by: T[K]): void {
    const own = object[name];
    object[name] = by;
    restored.push(() => (object[name] = own));
  }

  beforeEach(() => {
    // Shown as ever, and written down; a notification is never answered.
    const notices = vscode.window as unknown as Notices;
    const names = ['showErrorMessage', 'showWarningMessage', 'showInformationMessage'] as const;
    for (const name of [...names, 'setStatusBarMessage'] as const) {
      const show = notices[name];
      replace(notices, name, (message, ...rest) => {
        seen.push(message.replace(/^LLaDA: /, ''));
        return show.call(vscode.window, message, ...rest);
      });
    }
  });
  afterEach(() => {
    for (const restore of restored.splice(0).reverse()) restore();
  });
  after(() => rmSync(folder, { recursive: true }));

  const command = (id: string): Thenable<unknown> => vscode.commands.executeCommand(`llada.${id}`);
  /** The part of a context that a session of the extension needs before anything of it is registered. */
  const failing = {
    // Not to be disposed: the log in it is the one that the extension has.
    subscriptions: [] as vscode.Disposable[],
    get globalState(): never {
      throw new Error('the disk is full');
    },
  };
  async function fillWith(run: EngineSession['run']): Promise<void> {
    const log = vscode.window.createOutputChannel('LLaDA test', { log: true });
    const memory = { get: () => undefined, keys: () => [], update: () => Promise.resolve() };
    const session: Pick<EngineSession, 'run'> = { run };
    const trees = new SyntaxTrees(() => Promise.reject(new Error('there are no grammars')), log);
    const fills = new Fills(session as EngineSession, memory, trees, log, () => Promise.resolve(false));
    await openText('a\n');
    await fills.run('cursor');
    fills.dispose();
    trees.dispose();
    log.dispose();
  }

  /** Until it warns: the answer is not waited for. */
  async function warned(provider: 'cpu' | 'auto'): Promise<void> {
    await new Promise<void>((resolve) => {
      replace(vscode.window, 'showWarningMessage', (message: string) => {
        seen.push(message);
        resolve();
        return Promise.resolve(undefined);
      });
      heavy(provider).catch(() => undefined);
    });
  }

  /** A bundle of DreamOn's size. */
  function heavy(provider: 'cpu' | 'auto'): Promise<void> {
    const summary = {
      name: 'Large',
      precision: 'f16',
      bytes: 4.4e9,
      parameters: 7.6e9,
      licence: undefined,
      learned: { expand: true, remask: false, guidance: false },
    };
    const memory = { get: (_: string, standard: unknown) => standard, update: () => Promise.resolve() };
    const platform = {
      summarize: () => Promise.resolve(summary),
      providers: ['auto', 'cpu', 'webgpu'] as const,
      cores: 2,
      memoryBytes: 16e9,
    };
    return new HeavyModels(memory as never, platform).check(folder, provider);
  }

  async function fillThrough(url: string): Promise<void> {
    await configure({ 'llada.server.url': url });
    await openText('a\n');
    await fill('cursor');
  }

  const cases: Readonly<Record<string, [says: RegExp, trigger: () => unknown]>> = {
    'no file is open': [
      /Open a file and select/,
      async () => {
        await closeAll();
        await command('fillMaskedRegion');
      },
    ],
    'a model that always writes the same': [
      /wrote the same 6 times/,
      async () => {
        await configure({ 'llada.temperature': 0.001 });
        const drawn = marked('const a = 1;\nconst «b» = 2;\n');
        select(await openText(drawn.text), drawn);
        await fill();
        // The first one may differ from the fill, which was not drawn.
        for (let i = 0; i < 2; i++) await command('anotherFill');
      },
    ],
    'a document that cannot be written': [
      /is read-only, so nothing can be filled in/,
      async () => {
        await configure({ 'files.readonlyInclude': { '**/locked-*.js': true } });
        await openFile('locked-2.js', 'const a = 1;\n');
        await fill('cursor');
      },
    ],
    'an editor that was made read-only': [
      /did not accept the edit, so the text is unchanged/,
      async () => {
        await makeReadOnly(await openFile(freshName('.js'), 'const width = 1;\nconst height = 2;\n'));
        await fill('cursor');
        await vscode.commands.executeCommand('workbench.action.files.resetActiveEditorReadonlyInSession');
      },
    ],
    'a fill is under way': [
      /a fill is already running/,
      async () => {
        await openText('const a = 1;\n');
        const running = fill('cursor');
        await fill('cursor');
        await command('cancelFill');
        await running;
      },
    ],
    'a fill with nothing in it': [
      /would leave nothing here, so the text is unchanged/,
      // The bundled model nearly always finds something.
      () =>
        fillWith(async function* () {
          yield await Promise.resolve({ done: true, t: 0, texts: [''], holes: [[]] } as never);
        }),
    ],
    'a fill at fault where there is too little to go on': [
      /too little to go on, so the text is unchanged/,
      () =>
        fillWith(async function* () {
          const cell = { token: 9, text: '}', masked: false, confidence: 0.5, step: 1, locked: false };
          yield await Promise.resolve({
            done: true,
            t: 0,
            texts: ['}'],
            holes: [[cell]],
            forwards: 1,
            ms: 1,
          } as never);
        }),
    ],
    'an engine that ends early': [
      /ended the fill before every mask was filled/,
      () =>
        fillWith(async function* () {
          yield* await Promise.resolve([]);
        }),
    ],
    'a model that is not there': [
      /There is no model bundle at/,
      async () => {
        await configure({ 'llada.model.path': path.join(folder, 'nowhere') });
        await openText('a\n');
        await fill('cursor');
      },
    ],
    'an address of a server that is none': [
      /llada\.server\.url\) must begin with/,
      () => fillThrough('ftp://llada.example.org'),
    ],
    'a server that is not there': [
      /The server does not answer/,
      // Nobody listens at the port of “discard”.
      () => fillThrough('http://127.0.0.1:9'),
    ],
    'a package without a model': [
      /has no bundled model/,
      () => fillWith(() => Promise.resolve(chooseBundle([], { path: '', provider: 'cpu' })) as never),
    ],
    'a model in a folder where VS Code is a web page': [
      /models from folders need VS Code on a desktop/,
      () => {
        const settings = { path: folder, provider: 'cpu' } as const;
        return fillWith(() => Promise.resolve(chooseBundle([], settings, { hasFolders: false })) as never);
      },
    ],
    'a folder that is no bundle': [
      /There is no model bundle in “.*”: it has no config\.json/,
      async () => {
        const { window } = vscode;
        replace(window, 'showQuickPick', ((items: readonly ModelItem[]) =>
          items.find(({ choice }) => choice?.kind === 'folder')) as never);
        replace(window, 'showOpenDialog', () => Promise.resolve([vscode.Uri.file(folder)]));
        await command('chooseModel');
      },
    ],
    'an import where there are no folders': [
      /cannot be imported in a browser/,
      () =>
        importModel(
          { importModel: undefined },
          { add: () => Promise.resolve() },
          vscode.window.createOutputChannel('LLaDA test', { log: true }),
        ),
    ],
    'a model too large for a processor': [
      /7\.6 billion weights: a short fill will take about 50 s on this processor \(2 cores\), and 4\.4 GB of 16 GB/,
      () => warned('cpu'),
    ],
    'a model too large for a processor, where there may be a graphics card': [
      /Unless a graphics card is found that runs it/,
      () => warned('auto'),
    ],
    'a large model that nobody wants to be loaded': [
      /was not loaded, because it is large/,
      async () => {
        replace(vscode.window, 'showWarningMessage', () => Promise.resolve(undefined));
        await heavy('cpu').catch((error: unknown) => seen.push((error as Error).message));
      },
    ],
    'nothing that follows from an edit': [
      /nothing follows from your last edits in this file/,
      async () => {
        await openText('const a = 1;\n');
        await command('suggestNextEdit');
      },
    ],
    'nothing to improve': [/select the text to improve/, () => command('improveSelection')],
    'nothing to explain': [/select the text to be explained/, () => command('explainUncertainty')],
    'nothing to choose instead of': [/put the cursor on the token/, () => command('showAlternatives')],
    'no comment': [/put the cursor on a comment/, () => command('fillFromComment')],
    'a heat map that stays': [
      /Escape hides the heat map/,
      async () => {
        const drawn = marked('const «a = 1»;\n');
        select(await openText(drawn.text), drawn);
        await command('explainUncertainty');
      },
    ],
    'a start that fails': [
      /could not start/,
      () => {
        assert.throws(() => activate(failing as unknown as vscode.ExtensionContext), /disk is full/);
      },
    ],
  };

  for (const [name, [says, trigger]] of Object.entries(cases)) {
    it(`says what happened and what to do: ${name}`, async () => {
      const before = seen.length;
      await trigger();
      const shown = seen.slice(before).find((message) => says.test(message));
      assert.ok(shown, `shown: ${seen.slice(before).join(' | ')}`);
      assert.match(shown, WHAT_TO_DO);
    });
  }

  it('is listed here', () => {
    const { extensionPath } = vscode.extensions.getExtension('llada-infill.llada-infill')!;
    const shown = /^(quietly|show(Error|Warning|Information)Message|EngineError|Error)$/;
    const messages = messagesIn(path.join(extensionPath, 'src/editor'), shown).filter(
      ({ pattern }) => !NO_ERRORS.test(pattern.source),
    );
    assert.ok(messages.length > 10);
    // What nobody has foreseen is passed on as the engine words it.
    const texts = seen.flatMap((text) => [text, text.replace(/^Unexpected failure in the engine: /, '')]);
    assert.deepEqual(unseen(messages, texts), []);
  });
});
