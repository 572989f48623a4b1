// A fill from a team's server in this extension and in another client, with a picture of each:
// npx tsx scripts/pictures/server.ts (after npm run build)
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { scrape } from '../load/scrape';
import { ServeProcess } from '../load/serve-process';
import { openVsCode, type VsCode } from '../vscode/drive/vs-code';
import { waitUntil } from '../vscode/drive/wait';
import { ROOT } from '../setup/paths';

const FOLDER = path.join(ROOT, 'media/pictures/server');
const PORT = '8123';
const URL = `http://127.0.0.1:${PORT}`;
const MEAN = `def mean(values):
    total = 0
    for value in values:
        total += value
    return [MASK]


print(mean([1, 2, 3]))
`;
const ASK = `const { OpenAI } = require('openai');

const client = new OpenAI({ baseURL: '${URL}/v1', apiKey: 'none' });
const prompt = 'function area(width, height) {\\n  return ';
client.completions
  .create({ model: 'llada-base', prompt, suffix: ';\\n}\\n', max_tokens: 16 })
  .then(({ choices }) => console.log(prompt + choices[0].text + ';\\n}'));
`;
/** By then the window shows what has been written. */
const PAINTED_MS = 3000;
/** For a fill on a machine that has other things to do. */
const WAIT_MS = 60_000;

let step = 0;

async function picture(code: VsCode, name: string): Promise<void> {
  const file = `${String(++step).padStart(2, '0')}-${name}.png`;
  await code.page.screenshot({ path: path.join(FOLDER, file), animations: 'disabled' });
}

/** Types into the terminal. */
async function inTerminal(code: VsCode, text: string): Promise<void> {
  await code.page.locator('.terminal-wrapper.active .xterm-helper-textarea').focus();
  await code.typeText(text);
}

/** Waits until the server has answered on a path, and what came of it is to be seen. */
async function answered(route: string): Promise<void> {
  const series = new RegExp(`^llada_http_requests_total.*route="${route}",status="200"`);
  await waitUntil(
    async () => [...(await scrape(URL)).keys()].some((name) => series.test(name)),
    () => `Nobody has asked ${route}.`,
  );
  await sleep(PAINTED_MS);
}

async function main(): Promise<void> {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const code = await openVsCode({
    files: { 'mean.py': MEAN, 'ask.js': ASK },
    open: 'mean.py',
    viewport: { width: 960, height: 600 },
    settings: {
      'llada.inlineCompletions.enabled': false,
      'editor.minimap.enabled': false,
      'workbench.reduceMotion': 'on',
    },
    machineSettings: { 'llada.server.url': URL },
  });
  const server = new ServeProcess(['--port', PORT]);
  try {
    await server.says(/is ready/);
    await code.statusBarItem('LLaDA').waitFor();
    await code.runCommand('View: Close Primary Side Bar');
    await code.runCommand('Terminal: Create New Terminal');
    await inTerminal(code, `export PS1='$ ' NODE_PATH=${path.join(ROOT, 'node_modules')}; clear\n`);
    await code.runCommand('View: Hide Panel');
    await code.goTo([5, 17]);
    await code.runCommand('LLaDA: Fill Masked Region');
    await code.codeLens('Accept').waitFor({ timeout: WAIT_MS });
    await code.page.locator('.statusbar-item[id$="llada.status"]').hover();
    await code.page.locator('.monaco-hover:visible', { hasText: URL }).first().waitFor();
    await picture(code, 'extension');

    await code.openFile('ask.js');
    await code.runCommand('View: Toggle Terminal');
    await inTerminal(code, 'clear; node ask.js\n');
    await answered('/v1/completions');
    await picture(code, 'openai-client');
  } finally {
    await code.close();
    server.kill('SIGTERM');
  }
}

void main();
