import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Engine, FillRequest } from '../../engine/index';

/** A line of a real source file, cut out: what a fill is asked for. */
export type CutLine = Required<Pick<FillRequest, 'path' | 'prefix' | 'suffix'>>;

/** Text that fills the model's window whichever line is cut out. */
const LEAST_CHARACTERS = 8000;
const LEAST_LINE = 12;
/** Coprime to most numbers of lines, so that places are spread over the files. */
const STRIDE = 7919;
/** Share of a context that comes before the hole, as the engine has it. */
const PREFIX_SHARE = 0.65;
const CHARACTERS_PER_TOKEN = 8;

/** Places in the project's own TypeScript files, every one another line; the same ones in every run. */
export function findPlaces(root: string): (index: number) => CutLine {
  const lines = ['src', 'scripts', 'test']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(root, folder, name)),
    )
    .sort()
    .flatMap((file) => {
      const text = readFileSync(file, 'utf8');
      return text.length < LEAST_CHARACTERS ? [] : linesOf(relative(root, file), text);
    });
  if (lines.length === 0)
    throw new Error(
      `There are no long TypeScript files in ${root} to fill holes of. Run it in a clone of the project.`,
    );
  return (index) => {
    const { path, text, start, end } = lines[(index * STRIDE) % lines.length]!;
    return { path, prefix: text.slice(0, start), suffix: text.slice(end) };
  };
}

/** The lines worth filling, without their indentation. */
function linesOf(
  path: string,
  text: string,
): { readonly path: string; readonly text: string; readonly start: number; readonly end: number }[] {
  return [...text.matchAll(/^[ \t]*(\S.*)$/gm)]
    .filter(([, line]) => line!.length >= LEAST_LINE)
    .map((match) => {
      const end = match.index + match[0].length;
      return { path, text, start: end - match[1]!.length, end };
    });
}

/** The place with no more context than this many tokens. */
export async function shortened(engine: Engine, place: CutLine, tokens: number): Promise<CutLine> {
  const before = Math.round(tokens * PREFIX_SHARE);
  const after = tokens - before;
  const prefix = await engine.tokenize(place.prefix.slice(-before * CHARACTERS_PER_TOKEN));
  const suffix = await engine.tokenize(place.suffix.slice(0, after * CHARACTERS_PER_TOKEN));
  const join = (part: typeof prefix): string => part.map(({ text }) => text).join('');
  return { ...place, prefix: join(prefix.slice(-before)), suffix: join(suffix.slice(0, after)) };
}
