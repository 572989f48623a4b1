import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../src/engine/index';
import { grammarOf } from '../../src/syntax/languages';

/** Bytes of a file: others say nothing, or take too long to be read a thousand times. */
const FILE_BYTES = [500, 60_000] as const;
const LONGEST_LINE = 300;
/** Paths of files that nobody wrote by hand. */
const GENERATED = /\.min\.|\.d\.ts$|(?:^|\/)(?:dist|build|out)\//;

/** A line of a file cut at a place, the rest of it being what is to be completed. */
export interface CutLine {
  readonly path: string;
  readonly prefix: string;
  readonly rest: string;
  readonly suffix: string;
}

/** The files below folders that a grammar is for, by the grammar's name. */
export function filesByGrammar(folders: readonly string[]): Map<string, string[]> {
  const files = new Map<string, string[]>();
  for (const folder of folders) {
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
      const grammar = grammarOf({ path: file })?.name;
      const path = join(folder, file);
      if (grammar === undefined || GENERATED.test(file)) continue;
      const info = statSync(path, { throwIfNoEntry: false });
      if (!info?.isFile() || info.size < FILE_BYTES[0] || info.size > FILE_BYTES[1]) continue;
      files.set(grammar, [...(files.get(grammar) ?? []), path]);
    }
  }
  return files;
}

/** Draws lines of files, each cut somewhere behind its indentation; the same ones for the same seed. */
export function* drawLines(files: readonly string[], count: number, seed: number): Generator<CutLine> {
  const random = new Random(seed);
  let drawn = 0;
  for (let tries = 0; drawn < count && tries < 50 * count; tries++) {
    const path = files[random.integer(files.length)]!;
    const lines = readFileSync(path, 'utf8').split(/(?<=\n)/);
    const number = random.integer(lines.length);
    const line = lines[number]!.replace(/\r?\n$/, '');
    const first = line.search(/\S/);
    if (line.trim().length < 3 || line.length > LONGEST_LINE) continue;
    const column = first + random.integer(line.trimEnd().length - first);
    const prefix = lines.slice(0, number).join('') + line.slice(0, column);
    const end = lines[number]!.slice(line.length);
    yield { path, prefix, rest: line.slice(column), suffix: end + lines.slice(number + 1).join('') };
    drawn++;
  }
}
