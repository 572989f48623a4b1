/** Takes off white space at the ends of all lines, and empty lines at the end. */
export function trimTrailingSpace(text: string): string {
  return text.replace(/[ \t]+(?=\r?\n)/g, '').trimEnd();
}
