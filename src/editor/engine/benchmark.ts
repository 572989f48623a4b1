import * as vscode from 'vscode';
import type { FillRequest, Step } from '../../engine/index';
import { reportFailure } from '../shared/notices';
import type { Platform } from '../shared/platform';
import type { EngineSession } from './engine-session';

const RUNS = 5;
const PREFIX = `/** A shopping cart. */
export class Cart {
  constructor(items = []) {
    this.items = items;
  }

  total() {
    let total = 0;
`;
const SUFFIX = `
    return total;
  }

  isEmpty() {
    return this.items.length === 0;
  }
}
`;

const CASES: readonly { readonly name: string; readonly request: Partial<FillRequest> }[] = [
  { name: 'at a cursor, length unknown', request: { maxTokens: 64 } },
  { name: '8 tokens', request: { holes: [{ tokens: 8 }] } },
  { name: '32 tokens', request: { holes: [{ tokens: 32 }] } },
];

/** “LLaDA: Run Benchmark”: times fills of a fixed text with the engine as it is set, and opens a table of them. */
export async function runBenchmark(
  session: EngineSession,
  platform: Pick<Platform, 'processor'>,
  log: vscode.LogOutputChannel,
): Promise<vscode.TextDocument | undefined> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('LLaDA benchmark'),
    cancellable: true,
  };
  try {
    const rows = await vscode.window.withProgress(options, async (progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      const rows: string[] = [];
      for (const { name, request } of CASES) {
        progress.report({ message: name, increment: 100 / CASES.length });
        rows.push(await timed(session, name, request, abort.signal));
      }
      return rows;
    });
    const document = await vscode.workspace.openTextDocument({
      language: 'markdown',
      content: report(session, platform.processor, rows),
    });
    await vscode.window.showTextDocument(document, { preview: true });
    return document;
  } catch (error) {
    reportFailure(log, 'The benchmark failed', error);
    return undefined;
  }
}

async function timed(
  session: EngineSession,
  name: string,
  request: Partial<FillRequest>,
  signal: AbortSignal,
): Promise<string> {
  const times: number[] = [];
  let last: Step | undefined;
  // The first one warms up.
  for (let run = 0; run <= RUNS; run++) {
    // A context of its own each time, so that none is found in a cache.
    const prefix = `// ${run}\n${PREFIX}    `;
    const started = performance.now();
    const steps = session.run(
      (engine) => engine.fill({ ...request, prefix, suffix: SUFFIX, path: 'cart.js' }, { signal }),
      signal,
    );
    for await (const step of steps) last = step;
    if (run > 0) times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const [median, most] = [times[times.length >> 1]!, times.at(-1)!].map((ms) => ms.toFixed(0));
  return `| ${name} | ${median} ms | ${most} ms | ${last?.index ?? 0} | ${last?.forwards ?? 0} |`;
}

function report({ state }: EngineSession, processor: string, rows: readonly string[]): string {
  const info = state.kind === 'ready' || state.kind === 'working' ? state.info : undefined;
  return `# LLaDA benchmark

${info?.bundle} (${info?.precision}) on ${info?.provider}; ${processor}.
${RUNS} fills each, after one to warm up, with everything else that runs on this machine now.

| fill | median | slowest | steps | forwards |
|---|---|---|---|---|
${rows.join('\n')}
`;
}
