import { controlPicture } from '../../display/control-picture';

const CONTROLS = /\r(?!\n)|[^\P{Cc}\r\n\t]|[\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text as a terminal may show it: control characters become visible (`␛` for escape), and so do the characters that
 * reverse the direction of what follows, so that a model cannot speak to the terminal. Tabs and line ends stay.
 */
export function visibleText(text: string): string {
  return text.replaceAll(
    CONTROLS,
    (character) => controlPicture(character) ?? `\\u{${character.charCodeAt(0).toString(16)}}`,
  );
}

/** The same on one line of known width: a line end as `⏎`, a tab as two spaces. */
export function visibleInline(text: string): string {
  return visibleText(text.replaceAll(/\r\n?|\n/g, '\n'))
    .replaceAll('\n', '⏎')
    .replaceAll('\t', '  ');
}

/** Prints text on a line of its own, on standard output. */
export function printText(text: string): void {
  process.stdout.write(`${visibleText(text)}\n`);
}
