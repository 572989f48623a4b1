const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  mdash: ' - ',
  ndash: '-',
  hellip: '...',
  lsquo: "'",
  rsquo: "'",
  ldquo: '"',
  rdquo: '"',
  copy: '(c)',
};
const BLOCK_TAGS =
  /<\/?(p|div|h[1-6]|li|ul|ol|dl|dt|dd|tr|table|pre|br|hr|blockquote|section|para|title|sect\d|listitem|varlistentry|term|programlisting|screen|synopsis|refentry|refsect\d|simpara|entry|row|note|tip)\b[^>]*>/gi;

/** The prose of an HTML or DocBook page. */
export function htmlToText(html: string): string {
  return html
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<(script|style|head|nav)\b[\s\S]*?<\/\1>/gi, '')
    .replace(BLOCK_TAGS, '\n')
    .replace(/<[^>\n]{1,400}>/g, '')
    .replace(
      /&(#x?[0-9a-f]+|\w+);/gi,
      (written, entity: string) => ENTITIES[entity] ?? numeric(entity) ?? written,
    )
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function numeric(entity: string): string | undefined {
  if (!entity.startsWith('#')) return undefined;
  const hexadecimal = /^#x/i.test(entity);
  const code = parseInt(entity.slice(hexadecimal ? 2 : 1), hexadecimal ? 16 : 10);
  const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : ' ';
}
