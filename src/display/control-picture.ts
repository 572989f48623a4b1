/** The sign that Unicode has for an ASCII control character, e.g. `␛` for escape; undefined for any other character. */
export function controlPicture(character: string): string | undefined {
  const code = character.codePointAt(0)!;
  if (code === 0x7f) return '␡';
  return code < 0x20 ? String.fromCodePoint(0x2400 + code) : undefined;
}
