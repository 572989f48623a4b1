import { runLive } from './live-picture';
import { reverseProcessOptions, type EngineOptions } from './options';
import { summary, withEngine } from './session';
import { printText } from './visible-text';

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
