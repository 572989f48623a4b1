import { isInsideCharacter, textAroundHoles, type TextAroundHoles } from '../../engine/index';
import type { Region } from './region-tracker';

/** More characters than any model's window holds tokens of; the rest of a large file need not reach the engine. */
const REACH = 32_768;

/** @param regions ascending, not overlapping, at least one */
export function textAroundRegions(text: string, regions: readonly Region[]): TextAroundHoles {
  const start = regions[0]!.start;
  const end = regions.at(-1)!.end;
  const { prefix, between, suffix } = textAroundHoles(text, regions);
  return {
    prefix: prefix.slice(outsidePair(text, Math.max(0, start - REACH))),
    between,
    suffix: suffix.slice(0, outsidePair(text, Math.min(text.length, end + REACH)) - end),
  };
}

/** Moves a cut out of the middle of a surrogate pair or of CRLF, to the right. */
function outsidePair(text: string, offset: number): number {
  const pair = text.slice(Math.max(0, offset - 1), offset + 1);
  return pair === '\r\n' || isInsideCharacter(text, offset) ? offset + 1 : offset;
}
