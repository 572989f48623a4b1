import type { HolePart } from '../contract/requests';

/** A mask written in a text; its group is the number of masks. */
export const MASK_MARKER = /\[MASK(?::([1-9]\d{0,5}))?\]/g;

/**
 * Reads the masks written in a text: `[MASK]` is a run of masks of unknown length, `[MASK:12]` one of twelve. What
 * stands between them stays. Markers side by side are runs of their own.
 *
 * @returns the parts in order, no text among them empty; undefined if the text has no marker
 */
export function parseMaskMarkers(text: string): readonly HolePart[] | undefined {
  const parts: HolePart[] = [];
  let end = 0;
  const keep = (to: number): void => {
    if (to > end) parts.push(text.slice(end, to));
  };
  for (const marker of text.matchAll(MASK_MARKER)) {
    keep(marker.index);
    parts.push({ masks: marker[1] === undefined ? undefined : Number(marker[1]) });
    end = marker.index + marker[0].length;
  }
  if (parts.length === 0) return undefined;
  keep(text.length);
  return parts;
}
