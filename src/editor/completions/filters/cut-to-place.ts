import type { Place } from './place';

/** On a line that has text the completion's first line, on a blank line all of it. */
export function cutToPlace(text: string, { lineIsBlank }: Place): string {
  return lineIsBlank ? text : text.split(/\r\n?|\n/, 1)[0]!;
}
