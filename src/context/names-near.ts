/** A name and where it stands. */
export interface NameAt {
  readonly name: string;
  readonly index: number;
}

const LINES = 3;
const NAME = /[\p{L}_$][\p{L}\p{N}_$]{2,}/gu;

/**
 * The names in the last lines of a text, the last one first, each once; those of two letters and fewer tell little.
 *
 * @param most names
 */
export function namesNear(text: string, most: number): NameAt[] {
  const start = text.split('\n').slice(0, -LINES).join('\n').length;
  const found = [...text.slice(start).matchAll(NAME)].reverse();
  const names = new Map(found.toReversed().map(({ 0: name, index }) => [name, start + index]));
  const order = [...new Set(found.map(([name]) => name))];
  return order.slice(0, most).map((name) => ({ name, index: names.get(name)! }));
}
