const OPENING: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/**
 * The brackets of a text that find no partner in it, closing ones first: `}({` for `} else if (a) f({`. Characters only:
 * those in strings and comments count too.
 */
export function bracketsOf(text: string): string {
  const open: string[] = [];
  let unmatched = '';
  for (const [character] of text.matchAll(/[()[\]{}]/g)) {
    const opening = OPENING[character];
    if (opening === undefined) open.push(character);
    else if (open.at(-1) === opening) open.pop();
    else unmatched += open.splice(0).join('') + character;
  }
  return unmatched + open.join('');
}
