const FIRST_HIGH = 0xd800;
const FIRST_LOW = 0xdc00;
const AFTER_LOW = 0xe000;

/** Tells an offset between the two surrogates of one character, where no text may be cut. */
export function isInsideCharacter(text: string, offset: number): boolean {
  const before = text.charCodeAt(offset - 1);
  const after = text.charCodeAt(offset);
  return before >= FIRST_HIGH && before < FIRST_LOW && after >= FIRST_LOW && after < AFTER_LOW;
}
