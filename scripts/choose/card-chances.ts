const BEGIN = '<!-- chances: npm run fit-chooser -- --write -->';
const END = '<!-- end of chances -->';

/** The model card with this account of its chances, in Markdown, instead of the one it has, or at its end. */
export function withChances(card: string, account: string): string {
  const section = `${BEGIN}\n\n${account}\n\n${END}`;
  const begin = card.indexOf(BEGIN);
  const end = card.indexOf(END, begin);
  if (begin < 0 || end < 0) return `${card.trimEnd()}\n\n${section}\n`;
  return card.slice(0, begin) + section + card.slice(end + END.length);
}
