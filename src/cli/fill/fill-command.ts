import {
  parseMaskMarkers,
  type FillRequest,
  type HoleRequest,
  type LengthSearch,
  type Step,
} from '../../engine/index';
import { chooseFill } from '../../fills/choose-fill';
import type { Fault } from '../../fills/faults';
import { filledText } from '../../fills/holes-of-text';
import { FOR_COMMANDS } from '../../fills/patience';
import { weighed } from '../../fills/weigh';
import { SyntaxTree } from '../../syntax/syntax-tree';
import { runLive, surroundingsOf } from '../command-line/live-picture';
import { reverseProcessOptions, type EngineOptions } from '../command-line/options';
import { comparePositions, formatRange, type Range } from '../command-line/range';
import { lastStep, summary, syntaxRuntime, withEngine } from '../command-line/session';
import { cutText, readTextFile } from '../command-line/text-file';
import { printText } from '../command-line/visible-text';

export interface FillOptions extends EngineOptions {
  readonly maxTokens?: number;
  readonly candidates?: number;
  /** False: nothing is taken from the text around. */
  readonly drafts?: boolean;
  readonly lengthSearch?: LengthSearch;
}

const FAULTS: Readonly<Record<Fault, string>> = {
  syntax: 'No candidate parses; this is the likeliest.',
  repeats: 'This repeats itself, and no candidate is better.',
  'inside-word': 'This breaks a word, and no candidate is better.',
  'too-little': 'There is too little to go on: say in a comment what is wanted.',
};

const NOTHING = 'No candidate parses, and none has a word in it, so nothing is filled in.';

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
    ...FOR_COMMANDS,
    ...fillOptionsOf(options),
    path,
    prefix: texts[0]!,
    between: texts.slice(1, -1),
    suffix: texts.at(-1)!,
    holes: holes.map(holeOf),
  };
  await withEngine(options, signal, async (engine) => {
    const written = await runLive(engine.fill(request, { signal }), surroundingsOf(texts));
    using tree = await SyntaxTree.read(syntaxRuntime(), { path }, filledText({ texts }, holes));
    const first = await weighed(written, engine.info.chooser, { texts }, tree);
    const ask = (further: FillRequest, until: AbortSignal): Promise<Step> =>
      lastStep(engine.fill(further, { signal: until }));
    const chosen = await chooseFill(first, request, { texts, replaced: holes }, tree, ask, signal);
    const { step: last, fault } = chosen;
    if (fault) {
      const isNothing = fault !== 'too-little' && last.texts.every((text) => text === '');
      process.stderr.write(`${isNothing ? NOTHING : FAULTS[fault]}\n`);
    }
    for (const { fills, heading } of candidatesOf(last, options.candidates)) {
      process.stderr.write(heading);
      fills.forEach((fill, hole) => {
        if (sorted.length > 1) process.stderr.write(`${formatRange(sorted[hole]!)}\n`);
        printText(fill);
      });
    }
    process.stderr.write(`${summary(last, engine)}\n`);
  });
}

/** The options that a request takes beside the reverse process's. */
export function fillOptionsOf({
  maxTokens,
  candidates,
  drafts,
  lengthSearch,
}: FillOptions): Pick<FillRequest, 'maxTokens' | 'candidates' | 'patience' | 'drafts' | 'lengthSearch'> {
  return {
    ...(maxTokens === undefined ? {} : { maxTokens }),
    // Whoever says how many wants them all.
    ...(candidates === undefined ? {} : { candidates, patience: undefined }),
    ...(lengthSearch === undefined ? {} : { lengthSearch }),
    // Unless they are unwanted, the engine knows when drafts suit the other options.
    ...(drafts === false ? { drafts } : {}),
  };
}

/** Text with `[MASK]` or `[MASK:12]` in it stays but for these. */
function holeOf(replaced: string): HoleRequest {
  if (replaced === '') return {};
  const parts = parseMaskMarkers(replaced);
  return parts ? { parts } : { replaced };
}

/** Best first, headed by place and chance, or mean probability of a token without one, where there are several. */
function candidatesOf(
  { texts, candidates }: Step,
  asked = 1,
): { fills: readonly string[]; heading: string }[] {
  if (!candidates || asked === 1) return [{ fills: texts, heading: '' }];
  return candidates.map(({ texts: fills, score, chance }, i) => {
    const by =
      chance === undefined ? (['mean probability', Math.exp(score)] as const) : (['chance', chance] as const);
    return { fills, heading: `${i + 1}. ${by[0]} ${by[1].toFixed(3)}\n` };
  });
}
