import type { FillRequest } from '../engine';
import { runLive, surroundingsOf } from './live-picture';
import { reverseProcessOptions, type EngineOptions } from './options';
import { comparePositions, formatRange, type Range } from './range';
import { summary, withEngine } from './session';
import { cutText, readTextFile } from './text-file';
import { printText } from './visible-text';

export interface FillOptions extends EngineOptions {
  readonly maxTokens?: number;
}

/** Fills the ranges of a file and prints what they were filled with; the file itself stays as it is. */
export async function fillFile(
  path: string,
  ranges: readonly Range[],
  options: FillOptions,
  signal: AbortSignal,
): Promise<void> {
  const sorted = ranges.toSorted((a, b) => comparePositions(a.start, b.start));
  const { texts, holes } = cutText(await readTextFile(path), sorted);
  const request: FillRequest = {
    ...reverseProcessOptions(options),
    ...(options.maxTokens === undefined ? {} : { maxTokens: options.maxTokens }),
    path,
    prefix: texts[0]!,
    between: texts.slice(1, -1),
    suffix: texts.at(-1)!,
    holes: holes.map((replaced) => (replaced === '' ? {} : { replaced })),
  };
  await withEngine(options, signal, async (engine) => {
    const last = await runLive(engine.fill(request, { signal }), surroundingsOf(texts));
    last.texts.forEach((fill, hole) => {
      if (sorted.length > 1) process.stderr.write(`${formatRange(sorted[hole]!)}\n`);
      printText(fill);
    });
    process.stderr.write(`${summary(last, engine)}\n`);
  });
}
