import { unbalanced } from './brackets';
import type { Place } from './place';

/**
 * Cuts a completion before the first closing bracket that has nothing to close: neither the completion nor the text
 * before the cursor opened it, or what that opened is closed behind the cursor already.
 */
export function balanceBrackets(text: string, { prefix, suffix }: Place): string {
  const { stray } = unbalanced(text);
  if (stray.length === 0) return text;
  const { awaited } = unbalanced(prefix);
  // What is closed behind the cursor are the outermost ones.
  const mayClose = awaited.slice(unbalanced(suffix).stray.length).reverse();
  const wrong = stray.find(({ bracket }, i) => bracket !== mayClose[i]);
  return wrong ? text.slice(0, wrong.index).trimEnd() : text;
}
