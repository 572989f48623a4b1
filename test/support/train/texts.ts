import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';

const SCRIPTS = path.join(__dirname, '../../../scripts/train');

/** Real source text to learn from: the trainer's own. */
export function sources(): { path: string; text: string }[] {
  return ['corpus', 'tokenizer']
    .flatMap((folder) =>
      fs.readdirSync(path.join(SCRIPTS, folder)).map((name) => path.join(SCRIPTS, folder, name)),
    )
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => ({ path: file, text: fs.readFileSync(file, 'utf8') }));
}

/** Any text without unpaired surrogates, dense in what a tokenizer may trip over. */
export const ANY_TEXT = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({
    unit: fc.constantFrom(
      ...Array.from('ab_$Z09 \t\n\r\0\x07\x7f.;[](){}^`~!"#%-@/\\'),
      'é',
      '漢',
      '\u{1f600}',
      '\u{10ffff}',
      '\u2028',
      '\u00a0',
      '\u0085',
      '\ufeff',
      '\ufffd',
      '[MASK]',
      'function ',
      '\n        ',
    ),
    maxLength: 200,
  }),
);
