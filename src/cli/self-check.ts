import { join } from 'node:path';
import { CliError } from './command-line/failures';
import { runLive, surroundingsOf } from './command-line/live-picture';
import { projectRoot, summary, withEngine } from './command-line/session';
import { readTextFile } from './command-line/text-file';
import { printText } from './command-line/visible-text';

/** A hole that is easy to find again when the sample changes. */
const SAMPLE = { file: 'samples/shopping-cart.ts', replaced: '// the price of everything in the cart' };

/** Fills one hole of a sample file, to see that everything is in place. */
export async function selfCheck(signal: AbortSignal): Promise<void> {
  const { path, text } = await readTextFile(join(projectRoot(), SAMPLE.file));
  const start = text.indexOf(SAMPLE.replaced);
  if (start < 0)
    throw new CliError(
      `${path} no longer has the text “${SAMPLE.replaced}” that the self-check fills. Restore the file.`,
    );
  const texts = [text.slice(0, start), text.slice(start + SAMPLE.replaced.length)] as const;
  await withEngine({ provider: 'auto' }, signal, async (engine) => {
    const [prefix, suffix] = texts;
    const request = { path, prefix, suffix, holes: [{ replaced: SAMPLE.replaced }] };
    const last = await runLive(engine.fill(request, { signal }), surroundingsOf(texts));
    printText(last.texts[0]!);
    printText(summary(last, engine));
  });
}
