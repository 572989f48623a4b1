// A scripted typing session over ten real files. `npm run typing -- --minutes 30` runs the whole of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import Mocha from 'mocha';
import * as vscode from 'vscode';
import type { LladaApi } from '../../src/editor/extension-api';
import { Random } from '../../src/engine/diffusion/random';
import { closeAll, configure, next, openFile, useExtension } from '../support/host/editing';
import { engineProcesses } from '../support/host/processes';
import { Typist } from '../support/host/typist';

const FILES = [
  'samples/shopping-cart.ts',
  'samples/task-store.js',
  'samples/word_count.py',
  'samples/profile-card.html',
  'src/extension.ts',
  'src/editor/shared/settings.ts',
  'src/engine/requests/fill.ts',
  'src/engine/diffusion/canvas.ts',
  'media/demo.css',
  'scripts/setup/with-setup.mjs',
];
const SAMPLE_MINUTES = 0.2;
const MINUTES = Number(process.env['LLADA_TYPING_MINUTES'] ?? SAMPLE_MINUTES);
/** Next edits by the model that are measured after the session. */
const JUDGED_EDITS = MINUTES > SAMPLE_MINUTES ? 20 : 1;
/** A call of which no rule knows what it passes for a new parameter of the function. */
const CALLED = `function drawLine(canvas, width) {
  canvas.lineWidth = width;
  canvas.strokeStyle = color;
  canvas.stroke();
}

function drawPage(page, color) {
  drawLine(page.canvas, 2);
}
`;
const MEGABYTE = 2 ** 20;

/** Nothing but us and the text: what VS Code itself adds while one types would change the text. */
const PLAIN_EDITOR = {
  'editor.autoClosingBrackets': 'never',
  'editor.autoClosingQuotes': 'never',
  'editor.autoClosingComments': 'never',
  'editor.autoIndent': 'none',
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'editor.suggestOnTriggerCharacters': false,
  'editor.parameterHints.enabled': false,
  'editor.linkedEditing': false,
  'html.autoClosingTags': false,
  'html.autoCreateQuotes': false,
};

/** What this extension host did while text was typed, with or without looking for the next edit. */
class Cost {
  readonly #delay = monitorEventLoopDelay({ resolution: 10 });
  #cpuMs = 0;
  #ms = 0;
  #longest = 0;

  /** Adds what some work takes. */
  async of(work: () => Promise<void>): Promise<void> {
    const cpu = process.cpuUsage();
    const started = performance.now();
    this.#delay.enable();
    // Where one monitor is enabled again, it takes the time between for a delay.
    const present = monitorEventLoopDelay({ resolution: 10 });
    present.enable();
    try {
      await work();
    } finally {
      this.#delay.disable();
      present.disable();
      this.#longest = Math.max(this.#longest, present.max);
      const { user, system } = process.cpuUsage(cpu);
      this.#cpuMs += (user + system) / 1000;
      this.#ms += performance.now() - started;
    }
  }

  toString(): string {
    if (this.#ms === 0) return 'not measured in so short a session';
    const ms = (nanoseconds: number): string => (nanoseconds / 1e6).toFixed(0);
    const share = ((100 * this.#cpuMs) / this.#ms).toFixed(1);
    return `processor time ${share} % of a core over ${(this.#ms / 1000).toFixed(0)} s; blocked: median ${ms(this.#delay.percentile(50))} ms, 99 % ${ms(this.#delay.percentile(99))} ms, longest ${ms(this.#longest)} ms`;
  }
}

/** Resident megabytes of this extension host and of its engine, and the processor seconds that its engine has used. */
function usage(): { host: number; engine: number; processor: number } {
  const engines = engineProcesses();
  const engine = engines.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
  const processor = engines.reduce((sum, { processorSeconds }) => sum + processorSeconds, 0);
  return { host: process.memoryUsage().rss / MEGABYTE, engine: engine / MEGABYTE, processor };
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

describe('a typing session', function () {
  this.timeout(MINUTES * 60_000 * 1.5 + 120_000);
  before(function () {
    if (process.platform === 'win32') this.skip();
  });
  const llada = useExtension(PLAIN_EDITOR);

  it(`of ${MINUTES} minutes leaves every file as it was, and no error`, async () => {
    const root = vscode.extensions.getExtension('llada-infill.llada-infill')!.extensionPath;
    const typist = new Typist(llada(), new Random(7));
    const errors: string[] = [];
    const listening = llada().onDidChangeEngineState((state) => {
      if (state.kind === 'error') errors.push(state.error.message);
    });
    await warmUp(llada());
    const before = usage();
    const costs = { with: new Cost(), without: new Cost() };
    const until = performance.now() + MINUTES * 60_000;
    for (let turn = 0; performance.now() < until; turn++) {
      // Each file twice, in turn, so that both are measured on the same files and the same machine.
      const way = turn % 2 === 0 ? 'with' : 'without';
      const restore = await configure({ 'llada.nextEdit.enabled': way === 'with' });
      const name = FILES[Math.floor(turn / 2) % FILES.length]!;
      const text = readFileSync(path.join(root, name), 'utf8');
      const passage = typist.passageOf(text);
      const without = text.slice(0, passage.start) + text.slice(passage.start + passage.wanted.length);
      const editor = await openFile(`typed-${turn}-${path.basename(name)}`, without);
      await costs[way].of(() => typist.type(editor, passage, until));
      assert.equal(editor.document.getText(), text, `${name} is not what it was`);
      await closeAll();
      await restore();
    }
    const after = usage();
    typist.dispose();
    listening.dispose();
    report(typist, before, after, costs, errors);
    assert.deepEqual(errors, []);
    assert.ok(typist.counts.keys > 0);
    assert.ok(typist.counts.offered + typist.counts.nothing > 0, 'the engine was never asked');
  });

  it('ends with next edits that the model judges, by themselves', async () => {
    await warmUp(llada());
    const restore = await configure({
      'llada.nextEdit.model': true,
      'llada.inlineCompletions.enabled': false,
    });
    const costs: { host: number; engine: number }[] = [];
    for (let i = 0; i < JUDGED_EDITS; i++) {
      // No context is one that the engine has read before.
      const text = `// ${i}\n${CALLED}`;
      const editor = await openFile(`judged-${i}.js`, text);
      const at = editor.document.positionAt(text.indexOf(') {'));
      editor.selection = new vscode.Selection(at, at);
      const cpu = process.cpuUsage();
      const { processor } = usage();
      const looked = next(llada().onDidLookForNextEdit, (found) => found !== undefined);
      await vscode.commands.executeCommand('type', { text: ', color' });
      assert.equal((await looked)?.text, ', color');
      const { user, system } = process.cpuUsage(cpu);
      costs.push({ host: (user + system) / 1000, engine: 1000 * (usage().processor - processor) });
      await closeAll();
    }
    await restore();
    const median = (of: 'host' | 'engine'): string =>
      quantile(
        costs.map((cost) => cost[of]).toSorted((a, b) => a - b),
        0.5,
      ).toFixed(0);
    say(
      `one next edit by the model, median of ${costs.length}: processor time of the engine ${median('engine')} ms, of the extension host, all that it does meanwhile, ${median('host')} ms`,
    );
  });
});

/** Loading the model is not part of the session. */
async function warmUp(llada: LladaApi): Promise<void> {
  await openFile('typed-first.js', 'const a = ');
  const provided = next(llada.onDidProvideCompletion);
  await vscode.commands.executeCommand('cursorBottom');
  await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
  await provided;
  await closeAll();
}

function report(
  { counts }: Typist,
  before: ReturnType<typeof usage>,
  after: ReturnType<typeof usage>,
  costs: Readonly<Record<'with' | 'without', Cost>>,
  errors: readonly string[],
): void {
  const latencies = counts.latencies.toSorted((a, b) => a - b);
  const grown = (kind: 'host' | 'engine'): string =>
    `${before[kind].toFixed(0)} → ${after[kind].toFixed(0)} MB`;
  const engineShare = (100 * (after.processor - before.processor)) / (MINUTES * 60);
  const lines = [
    `keys ${counts.keys}, suggestions ${counts.offered} (${counts.right} right), nothing to offer ${counts.nothing}, taken ${counts.accepted} (${counts.acceptedCharacters} characters)`,
    `latency from the last key: median ${quantile(latencies, 0.5).toFixed(0)} ms, 95 % ${quantile(latencies, 0.95).toFixed(0)} ms`,
    `errors ${errors.length}`,
    `memory: extension host ${grown('host')}, engine ${grown('engine')}`,
    `engine: processor time ${engineShare.toFixed(1)} % of a core`,
    `extension host with next edits: ${String(costs.with)}`,
    `extension host without next edits: ${String(costs.without)}`,
  ];
  lines.forEach(say);
}

function say(line: string): void {
  Mocha.reporters.Base.consoleLog(`      ${line}`);
}
