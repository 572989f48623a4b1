import { firstLines, linesOf, type Place } from './request';

/** Copies of a run of lines, or of words, in a row that are taken for the model going round in circles. */
const LINE_COPIES = 3;
const WORD_COPIES = 4;
const LONGEST_RUN_OF_LINES = 8;
const LONGEST_RUN_OF_WORDS = 6;

/** Digits of any base, with a unit or in an escape sequence: equal ones in a row are meant. */
const NUMBER = /^(?:\d\w*|[xXuU][\da-fA-F]+|[\da-fA-F]*\d[\da-fA-F]*|[a-fA-F]{2})$/;
/** A line that only ends something: a closing bracket, tag or word, a reference to a character, or the end of a condition of a preprocessor. */
const CLOSES =
  /^(?:[^\p{L}\p{N}]*|<\/[\w:.-]*>|&#?\w+;|#\s*(?:endif|else)\b.*|(?:end\w*|fi|done|esac|else|break|pass)\b\W*|\{[%#/].*\}|@end\w*|\\end\{.*\})$/u;

/** An element of markup on a line of its own; one that is called by a name there is only once. */
const NAMED_ELEMENT = /\s(?:id|for|name|href|src|key)\s*=/;
/** An item of a list in YAML that is one word. */
const ITEM = /^- [^\s:]+$/;
const ELEMENT = /^<[\w:.-]+(?:\s[^<>]*)?(?:\/?>|>[^<>]*<\/[\w:.-]+>)$/;

/**
 * Tells whether a line may come twice in a row: it only ends something, or is an item of a list. Equal lines at another
 * indentation are other lines.
 */
export function mayRepeat(line: string): boolean {
  const content = line.trim();
  const isElement = ELEMENT.test(content) && !NAMED_ELEMENT.test(content);
  return CLOSES.test(content) || isElement || content.endsWith(',') || ITEM.test(content);
}

/** Ends a completion where it begins to go round in circles: the first copy stays. */
export function endLoops(text: string): string {
  return endLoopOfWords(endLoopOfLines(text));
}

function endLoopOfLines(text: string): string {
  const lines = linesOf(text);
  for (let start = 0; start < lines.length; start++) {
    for (let run = 1; run <= LONGEST_RUN_OF_LINES; run++) {
      const copies = lines.slice(start, start + LINE_COPIES * run);
      if (copies.length < LINE_COPIES * run || copies.every((line) => mayRepeat(line))) continue;
      // The first line begins at the cursor, behind its indentation.
      const same = (line: string, i: number): boolean =>
        start + (i % run) === 0 ? line.trim() === copies[0]!.trim() : line === copies[i % run];
      if (copies.every(same)) return firstLines(text, start + run);
    }
  }
  return text;
}

/** Words and what stands between them. A loop of a model lasts as long as the hole: what follows it is a piece of it. */
function endLoopOfWords(text: string): string {
  const words = [...text.matchAll(/[\p{L}\p{N}_$]+[^\p{L}\p{N}_$]*/gu)];
  for (let start = 0; start < words.length; start++) {
    for (let run = 1; run <= LONGEST_RUN_OF_WORDS; run++) {
      const rest = words.slice(start).map(([word]) => word);
      if (rest.length < WORD_COPIES * run) break;
      const unit = rest.slice(0, run);
      const isLoop = rest.every((word, i) =>
        i === rest.length - 1 ? unit[i % run]!.startsWith(wordOf(word)) : word === unit[i % run],
      );
      if (!isLoop || /[,;]/.test(unit.join('')) || unit.every((word) => NUMBER.test(wordOf(word)))) continue;
      const end = words[start + run - 1]!;
      return text.slice(0, end.index + wordOf(end[0]).length);
    }
  }
  return text;
}

function wordOf(word: string): string {
  return /^[\p{L}\p{N}_$]+/u.exec(word)![0];
}

/**
 * Tells whether a completion only writes once more, at the same indentation, the lines right above it and right below.
 * Lines that may repeat do so.
 */
export function onlyRepeats(text: string, place: Place): boolean {
  const own = filled(linesOf(place.lineStart + text + place.rest));
  if (own.length === 0 || own.every((line) => mayRepeat(line))) return false;
  // What the user has written most of is wanted.
  if (2 * text.trim().length < own.join('').trim().length) return false;
  const above = filled(linesOf(place.prefix).slice(0, -1));
  const below = filled(linesOf(place.suffix).slice(1));
  const around = [...above.slice(-own.length), ...below.slice(0, own.length)];
  return own.every((line) => around.includes(line));
}

/** Takes whole lines off the end of a completion on a blank line that stand right below it, at their indentation. */
export function trimLinesBelow(text: string, place: Place): string {
  if (!place.lineIsBlank) return text;
  const lines = linesOf(text);
  const below = filled(linesOf(place.suffix).slice(1));
  for (let kept = 1; kept < lines.length; kept++) {
    const end = filled(lines.slice(kept));
    if (end.length === 0 || end.every((line) => CLOSES.test(line.trim()))) continue;
    // Equal items follow each other in a list; one that follows another is written twice.
    const isRun = end.every((line) => mayRepeat(line) && line.trim() === lines[kept - 1]!.trim());
    if (!isRun && end.every((line, i) => line === below[i])) return firstLines(text, kept);
  }
  return text;
}

function filled(lines: readonly string[]): string[] {
  return lines.map((line) => line.trimEnd()).filter((line) => line !== '');
}
