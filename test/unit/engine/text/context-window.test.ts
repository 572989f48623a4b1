import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { TokenizerJson } from '../../../../src/engine/text/token-bytes';
import { Tokenizer } from '../../../../src/engine/text/tokenizer';
import { SPECIAL } from '../../../../src/engine/text/special-tokens';
import { cutAlike, cutToRepeat, encodeContext } from '../../../../src/engine/text/context-window';

/** One token per UTF-16 unit, offset past the special ids: what is kept can be read off. */
function encode(text: string): number[] {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i) + 100);
}
function decode(ids: readonly number[]): string {
  return String.fromCharCode(...ids.map((id) => id - 100));
}

describe('context window', () => {
  it('keeps the header, the end of the prefix from a line start, and the start of the suffix', () => {
    const prefix = Array.from({ length: 50 }, (_, i) => `line ${i};\n`).join('') + 'here ';
    const text = { path: 'deep/in/src/a.ts', prefix, between: [], suffix: 'rest\n'.repeat(50) };
    const [first, last] = encodeContext(encode, text, 100)!;
    assert.equal(first![0], SPECIAL.path);
    const head = decode(first!.slice(1));
    assert.match(head, /^src\/a\.ts\nline \d+;\n/);
    assert.ok(head.endsWith('line 49;\nhere '));
    assert.ok('rest\n'.repeat(50).startsWith(decode(last!)));
    assert.ok(first!.length + last!.length <= 100);
  });

  it('keeps 24 tokens of the header at most, the end of the path', () => {
    const path = `${'long'.repeat(40)}/${'name'.repeat(40)}.ts`;
    const [first] = encodeContext(encode, { path, prefix: 'text', between: [], suffix: '' }, 60)!;
    assert.equal(first![0], SPECIAL.path);
    assert.equal(decode(first!.slice(1)), `${path.slice(-22)}\ntext`);
  });

  it('closes a suffix that reaches the end of the document with [EOT]', () => {
    const [, last] = encodeContext(encode, { prefix: '', between: [], suffix: 'end' }, 50)!;
    assert.deepEqual(last, [...encode('end'), SPECIAL.eot]);
  });

  it('gives the prefix what a short suffix leaves, and the other way round', () => {
    const [long] = encodeContext(encode, { prefix: 'a'.repeat(200), between: [], suffix: 'b' }, 100)!;
    assert.equal(long!.length, 98);
    const [, suffix] = encodeContext(encode, { prefix: 'a', between: [], suffix: 'b'.repeat(200) }, 100)!;
    assert.equal(suffix!.length, 99);
  });

  it('says so when the texts between the holes do not fit', () => {
    assert.equal(encodeContext(encode, { prefix: '', between: ['x'.repeat(60)], suffix: '' }, 50), undefined);
  });

  it('stays within any budget and keeps what lies next to the holes', () =>
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.nat(200),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (prefix, suffix, budget, share) => {
          const segments = encodeContext(encode, { prefix, between: [], suffix }, budget, share)!;
          assert.ok(segments.flat().length <= budget);
          assert.ok(prefix.endsWith(decode(segments[0]!)));
          assert.ok(suffix.startsWith(decode(segments[1]!.filter((id) => id !== SPECIAL.eot))));
        },
      ),
    ));

  describe('of a text that is typed', () => {
    const { encode: bundled } = bundledTokenizer();
    const line = fc.constantFrom(
      '',
      '  ',
      '\tx',
      ')',
      '});',
      'é',
      '  return "😀";',
      'const total = sum(a, b); // all',
    );
    const lines = fc.array(line, { minLength: 40, maxLength: 80 }).map((parts) => parts.join('\n'));

    for (const [name, tokenizer] of Object.entries({ bundled, joined: joinsBreaks })) {
      it(`has the ids that encoding everything gives (${name})`, () => {
        let fewer = 0;
        fc.assert(
          fc.property(
            fc.tuple(lines, lines, lines, lines),
            fc.nat(400),
            fc.nat(400),
            fc.integer({ min: 20, max: 2000 }),
            ([start, typed, between, suffix], gone, far, budget) => {
              const then = { path: 'src/a.ts', prefix: start + typed, between: [between], suffix };
              const counted = countCharacters(tokenizer);
              const read = cutToRepeat(tokenizer, then, budget);
              if (!read) return;
              const edited = then.prefix.slice(0, Math.max(0, then.prefix.length - gone));
              const changed = edited.slice(0, far) + '\n' + edited.slice(far);
              for (const now of [
                { ...then, prefix: edited + typed },
                { ...then, prefix: changed },
                { ...then, between: [typed] },
                { ...then, suffix: suffix + typed },
                { ...then, path: 'b.ts' },
              ]) {
                counted.characters = 0;
                const ids = cutAlike(counted.encode, now, read);
                const without = {
                  ...read,
                  text: { prefix: '', between: [], suffix: '\0' },
                  stable: undefined,
                };
                const wanted = cutAlike(tokenizer, now, without);
                assert.deepEqual(ids, wanted);
                if (counted.characters < now.prefix.length - read.cut.prefixStart) fewer++;
              }
            },
          ),
          { numRuns: 40, seed: 7 },
        );
        assert.ok(fewer > 0, `${fewer} times less was encoded`);
      });
    }
  });
});

function bundledTokenizer(): { encode: (text: string) => number[] } {
  const json = JSON.parse(readFileSync('models/llada-base/tokenizer.json', 'utf8')) as TokenizerJson;
  const tokenizer = new Tokenizer(json);
  return { encode: (text) => tokenizer.encode(text) };
}

/** Tokens of a run of punctuation with the line breaks behind it, as some tokenizers have them. */
function joinsBreaks(text: string): number[] {
  return (text.match(/[!-/:-@]+\n*|[^]/g) ?? []).map((piece) =>
    Array.from(piece).reduce((hash, character) => (hash * 31 + character.charCodeAt(0)) % 65_536, 7),
  );
}

function countCharacters(encoder: (text: string) => number[]): {
  characters: number;
  encode: (text: string) => number[];
} {
  const counted = {
    characters: 0,
    encode: (text: string): number[] => {
      counted.characters += text.length;
      return encoder(text);
    },
  };
  return counted;
}
