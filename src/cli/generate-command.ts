import { runLive } from './command-line/live-picture';
import { reverseProcessOptions, type EngineOptions } from './command-line/options';
import { summary, withEngine } from './command-line/session';
import { printText } from './command-line/visible-text';

export interface GenerateOptions extends EngineOptions {
  readonly tokens: number;
}

/** Writes text from nothing and prints it. */
export async function generateText(options: GenerateOptions, signal: AbortSignal): Promise<void> {
  await withEngine(options, signal, async (engine) => {
    const request = { ...reverseProcessOptions(options), tokens: options.tokens };
    const last = await runLive(engine.generate(request, { signal }));
    printText(last.texts[0]!);
    process.stderr.write(`${summary(last, engine)}\n`);
  });
}
