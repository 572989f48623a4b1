import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { fillRequest } from '../../src/editor/document/fill-request';
import type { FillRequest } from '../../src/engine/index';
import {
  closeAll,
  configure,
  fill,
  filled,
  forTest,
  openFile,
  openMarked,
  openText,
  useExtension,
} from '../support/host/editing';

const SUM = 'function sum(a, b) {\n  return «a + b + 1»;\n}\n';

describe('settings', () => {
  useExtension({ 'llada.inlineCompletions.enabled': false, 'llada.threshold': 0 });

  async function filledWith(settings: Readonly<Record<string, unknown>>): ReturnType<typeof filledSum> {
    const undo = await configure(settings);
    const outcome = await filledSum();
    await undo();
    return outcome;
  }

  async function filledSum(): Promise<ReturnType<typeof filled>> {
    await closeAll();
    await openMarked(SUM);
    return filled(await fill());
  }

  it('llada.steps: how many forwards there are, however many tokens that takes a step', async () => {
    assert.equal((await filledWith({ 'llada.steps': 2 })).step.index, 2);
  });

  it('llada.temperature: next to none of it is greedy sampling', async () => {
    const greedy = await filledSum();
    const cold = await filledWith({
      'llada.sampling': 'multinomial',
      'llada.temperature': 0.001,
      'llada.seed': 5,
    });
    assert.deepEqual(cold.texts, greedy.texts);
  });

  it('llada.maxTokens: the most at a cursor', async () => {
    await configure({ 'llada.maxTokens': 2 });
    await openText('const numbers = [1, 2, 3];\nconst doubled = numbers.map();\n');
    const { step } = filled(await fill('cursor'));
    assert.ok(step.holes[0]!.length <= 2);
  });

  describe('llada.context.openTabs', () => {
    const PREFIX = 'import { countBooks } from "./shelf";\n\nconst many = countBooks(';
    const HELPER = 'export function countBooks(shelf, kind) {\n  return shelf.books.length;\n}\n';

    async function request(): Promise<FillRequest> {
      const { document } = await openFile('reader.js', PREFIX);
      const prefix = document.getText();
      return fillRequest(document, { prefix, between: [], suffix: '' }, prefix.length);
    }

    it('off, the text is the file’s own', async () => {
      await openFile('shelf.js', HELPER);
      assert.equal((await request()).prefix, PREFIX);
    });

    it('on, the passage of another tab that declares what is used comes first, with its path', async () => {
      await configure({ 'llada.context.openTabs': true });
      await openFile('unrelated.js', 'export const colours = ["red", "green"];\n');
      await vscode.commands.executeCommand('workbench.action.keepEditor');
      await openFile('shelf.js', HELPER);
      await vscode.commands.executeCommand('workbench.action.keepEditor');
      assert.equal((await request()).prefix, `// shelf.js\n${HELPER.trimEnd()}\n\n${PREFIX}`);
      // What is no longer open is not read.
      await closeAll();
      assert.equal((await request()).prefix, PREFIX);
    });

    it('on, files that look like secrets are not read', async () => {
      await configure({ 'llada.context.openTabs': true });
      await openFile('secrets.js', HELPER);
      await vscode.commands.executeCommand('workbench.action.keepEditor');
      assert.equal((await request()).prefix, PREFIX);
    });
  });

  describe('llada.context.definitions', () => {
    const PREFIX = 'const many = countBooks(';
    const HELPER = 'export function countBooks(shelf) {\n  return shelf.books.length;\n}\n';

    /** The prefix of a request in a file whose language has the declarations of `countBooks` in another. */
    async function prefixes(declaredIn: string, delayMs: number, requests: number): Promise<string[]> {
      const declared = await openFile(declaredIn, HELPER);
      const { uri } = declared.document;
      const { document } = await openFile(`reader-${declaredIn}-${delayMs}.txt`, PREFIX);
      const declarations: vscode.DefinitionProvider = {
        provideDefinition: async (asked, position) => {
          await new Promise((resolve) => setTimeout(resolve, delayMs));
          const word = asked.getText(asked.getWordRangeAtPosition(position));
          return word === 'countBooks' ? new vscode.Location(uri, new vscode.Position(0, 0)) : undefined;
        },
      };
      forTest(vscode.languages.registerDefinitionProvider({ pattern: '**/reader-*.txt' }, declarations));
      await configure({ 'llada.context.definitions': true });
      const found: string[] = [];
      for (let i = 0; i < requests; i++) {
        const around = { prefix: PREFIX, between: [], suffix: '' };
        found.push((await fillRequest(document, around, PREFIX.length)).prefix);
        // What comes late is there for the next request, on a busy machine too.
        await new Promise((resolve) => setTimeout(resolve, 2 * delayMs + 500));
      }
      return found;
    }

    it('puts the declaration of a name that is used in front', async () => {
      const found = await prefixes('shelf-a.js', 0, 2);
      assert.equal(found.at(-1), `// shelf-a.js\n${HELPER.trimEnd()}\n\n${PREFIX}`);
    });

    it('waits for no slow language service, and has what it said for the next request', async () => {
      const [first, second] = await prefixes('shelf-b.js', 400, 2);
      assert.equal(first, PREFIX);
      assert.match(second!, /^\/\/ shelf-b\.js\n/);
    });

    it('reads no file that looks like a secret', async () => {
      assert.deepEqual(await prefixes('service-account.js', 0, 2), [PREFIX, PREFIX]);
    });
  });
});
