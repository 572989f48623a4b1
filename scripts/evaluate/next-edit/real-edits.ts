import { diffArrays } from 'diff';
import { Random } from '../../../src/engine/index';
import { grammarOf } from '../../../src/syntax/languages';
import type { CorpusDocument } from '../../train/corpus/types';
import { shuffled } from './rule';
import { begun, type FoundChange, type RealEdit, type Replacement } from './task';

const TOKEN = /[\p{L}\p{N}_$]+|\s+|[^\p{L}\p{N}_$\s]/gu;
/** Files of more characters, or with more differences, are left out: they were written anew. */
const MOST_CHARACTERS = 60_000;
const MOST_DIFFERENCES = 60;
const MOST_EDIT_LENGTH = 1500;

/**
 * Takes tasks from two versions of the same packages: in each file that has at least two differences the first that
 * replaces words within a line is made, and the others are the answer.
 *
 * @param limit most files
 */
export function realEdits(
  earlier: readonly CorpusDocument[],
  later: readonly CorpusDocument[],
  { limit, seed }: { readonly limit: number; readonly seed: number },
): RealEdit[] {
  const byPath = new Map(later.map((document) => [withoutVersion(document.path), document.text]));
  const edits: RealEdit[] = [];
  for (const { path, lang, text } of shuffled(earlier, new Random(seed))) {
    const now = byPath.get(withoutVersion(path));
    if (edits.length === limit) break;
    if (!grammarOf({ languageId: lang })) continue;
    if (now === undefined || now === text || Math.max(now.length, text.length) > MOST_CHARACTERS) continue;
    const parts = differences(text, now);
    const first = parts.find(
      (part) => isWithinLine(text.slice(part.start, part.end)) && isWithinLine(part.text),
    );
    if (!first || parts.length < 2 || parts.length > MOST_DIFFERENCES) continue;
    const change: FoundChange = { text, first, rest: parts.filter((part) => part !== first) };
    const old = text.slice(first.start, first.end);
    const isRepeated = change.rest.some(
      (part) => part.text === first.text && text.slice(part.start, part.end) === old,
    );
    edits.push({ id: path, kind: isRepeated ? 'repeated' : 'other', lang, path, ...begun(change) });
  }
  return edits;
}

/** The differences in whole words, in order. */
function differences(before: string, after: string): Replacement[] {
  const changes = diffArrays(tokensOf(before), tokensOf(after), { maxEditLength: MOST_EDIT_LENGTH });
  const found: { start: number; end: number; text: string }[] = [];
  let at = 0;
  for (const { added, removed, value } of changes ?? []) {
    const text = value.join('');
    const last = found.at(-1);
    if (added) {
      if (last?.end === at) last.text += text;
      else found.push({ start: at, end: at, text });
      continue;
    }
    if (removed) {
      if (last?.end === at) last.end += text.length;
      else found.push({ start: at, end: at + text.length, text: '' });
    }
    at += text.length;
  }
  return found;
}

function tokensOf(text: string): string[] {
  return text.match(TOKEN) ?? [];
}

function isWithinLine(text: string): boolean {
  return text.trim() !== '' && !text.includes('\n');
}

/** `package@1.2.3/a/b` → `package/a/b`. */
function withoutVersion(path: string): string {
  return path.replace(/^(@?[^@]+)@[^/]+\//, '$1/');
}
