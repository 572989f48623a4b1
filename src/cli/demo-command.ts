import { serveDemo } from '../demo/server';
import type { EngineOptions } from './command-line/options';
import { projectRoot, withEngine } from './command-line/session';

export interface DemoOptions extends Pick<EngineOptions, 'model' | 'provider'> {
  /** 0: a free one. */
  readonly port: number;
}

/** Serves the demo page until it is interrupted. */
export async function serveDemoPage(options: DemoOptions, signal: AbortSignal): Promise<void> {
  await withEngine(options, signal, async (engine) => {
    const server = await serveDemo({
      port: options.port,
      root: projectRoot(),
      engine: { run: (start) => start(engine), ask: (question) => question(engine) },
      failed: (what, error) =>
        process.stderr.write(`${what}: ${error instanceof Error ? error.message : String(error)}\n`),
    });
    const { bundle, precision, provider } = engine.info;
    process.stdout.write(`\nThe generation demo, for this machine's browsers only:\n\n  ${server.url}\n\n`);
    process.stderr.write(`${bundle} (${precision}) on ${provider}. Ctrl-C ends it.\n`);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await server.close();
    signal.throwIfAborted();
  });
}
