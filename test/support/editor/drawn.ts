import assert from 'node:assert/strict';
import type { Filter } from '../../../src/editor/completions/filters/place';

/**
 * Checks a filter on a drawing: a document with a completion in it between ⟨ and ⟩, before and after. Both are
 * template strings; the indentation of the first line is taken off every line.
 */
export function check(filter: Filter, before: string, after: string): void {
  const { prefix, text, suffix } = parse(before);
  const line = prefix.split('\n').at(-1)! + suffix.split('\n', 1)[0]!;
  const kept = filter(text, { prefix, suffix, lineIsBlank: line.trim() === '' });
  assert.equal(`${prefix}⟨${kept}⟩${suffix}`, undent(after));
}

function parse(drawing: string): { prefix: string; text: string; suffix: string } {
  const parts = undent(drawing).split(/[⟨⟩]/);
  assert.equal(parts.length, 3, 'a drawing has one completion between ⟨ and ⟩');
  return { prefix: parts[0]!, text: parts[1]!, suffix: parts[2]! };
}

function undent(drawing: string): string {
  const text = drawing.replace(/^\n/, '').replace(/\n *$/, '\n');
  const indentation = /^ */.exec(text)![0];
  return text.replace(new RegExp(`^${indentation}`, 'gm'), '');
}
