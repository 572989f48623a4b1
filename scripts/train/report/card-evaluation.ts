const BEGIN = '<!-- evaluation: npm run evaluate -- --card -->';
const END = '<!-- end of evaluation -->';
const NONE =
  'This bundle has not been evaluated on the held-out packages yet: `npm run evaluate -- --card FILE`.';

/** The place in a model card that `npm run evaluate -- --card` fills. */
export const NO_EVALUATION = section(NONE);

/** Tells if a card's evaluation has been filled in. */
export function isEvaluated(card: string): boolean {
  return card.includes(BEGIN) && !card.includes(NO_EVALUATION);
}

/**
 * The card with this evaluation, in Markdown, instead of the one it has.
 *
 * @returns undefined when the card has no place for it
 */
export function withEvaluation(card: string, evaluation: string): string | undefined {
  const begin = card.indexOf(BEGIN);
  const end = card.indexOf(END, begin);
  if (begin < 0 || end < 0) return undefined;
  return card.slice(0, begin) + section(evaluation) + card.slice(end + END.length);
}

function section(content: string): string {
  return `${BEGIN}\n\n${content}\n\n${END}`;
}
