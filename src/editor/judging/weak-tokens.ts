import type { CellStart } from '../../engine/index';

/** A token is weak when the model would give it less than this. */
const WEAK = 0.5;
/** Most of a text that is remasked at once: the rest must tell the model what the text is about. */
const MOST_REMASKED = 0.5;

/**
 * A canvas to improve a text from: its weakest tokens masked, the others as they are. At least one is masked.
 *
 * @param tokens of the text, with what the model gives each when it alone is masked
 */
export function remaskWeakest(
  tokens: readonly { readonly token: number; readonly probability: number }[],
): CellStart[] {
  const weak = [...tokens.keys()]
    .filter((i) => tokens[i]!.probability < WEAK)
    .sort((a, b) => tokens[a]!.probability - tokens[b]!.probability)
    .slice(0, Math.max(1, Math.floor(tokens.length * MOST_REMASKED)));
  const masked = new Set(weak.length > 0 ? weak : [weakestOf(tokens)]);
  return tokens.map(({ token, probability }, i) =>
    masked.has(i) ? { token: null } : { token, confidence: probability },
  );
}

function weakestOf(tokens: readonly { readonly probability: number }[]): number {
  return tokens.reduce((weakest, { probability }, i) => {
    return probability < tokens[weakest]!.probability ? i : weakest;
  }, 0);
}
