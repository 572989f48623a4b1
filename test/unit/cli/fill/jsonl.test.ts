import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readLines, type NumberedLine } from '../../../../src/cli/command-line/jsonl-lines';
import { BadLine } from '../../../../src/cli/command-line/jsonl-place';
import { parseRequest, type JsonlRequest } from '../../../../src/cli/fill/jsonl-request';

const MEGABYTE = 2 ** 20;

async function linesOf(chunks: Iterable<Uint8Array | string>, mostBytes = MEGABYTE): Promise<NumberedLine[]> {
  async function* stream(): AsyncGenerator<Buffer> {
    for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk as string));
  }
  const lines: NumberedLine[] = [];
  for await (const line of readLines(stream(), mostBytes)) lines.push(line);
  return lines;
}

describe('JSON lines', () => {
  it('are the same however the bytes arrive', async () => {
    const text = fc.array(
      fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', ' ')),
      { maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(text, fc.infiniteStream(fc.integer({ min: 1, max: 5 })), async (lines, sizes) => {
        const bytes = Buffer.from(lines.join('\n'));
        const chunks: Buffer[] = [];
        for (let at = 0; at < bytes.length;) {
          const size = sizes.next().value as number;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        const expected = lines.flatMap((line, i) =>
          line.trim() === '' ? [] : [{ number: i + 1, content: line.trim() }],
        );
        assert.deepEqual(await linesOf(chunks), expected);
      }),
    );
  });

  it('end at \\n only and need none at the end', async () => {
    assert.deepEqual(await linesOf(['\ufeffa\u2028b\r\n\n  \n', 'c']), [
      { number: 1, content: 'a\u2028b' },
      { number: 4, content: 'c' },
    ]);
  });

  it('that are too long or not UTF-8 are told from the rest', async () => {
    const lines = await linesOf([
      'x'.repeat(MEGABYTE),
      'x\nok\n',
      Uint8Array.of(0xff, 0x0a),
      'y'.repeat(MEGABYTE),
    ]);
    assert.deepEqual(
      lines.map(({ content }) => (typeof content === 'string' ? content.slice(0, 2) : content.code)),
      ['line-too-long', 'ok', 'not-utf8', 'yy'],
    );
  });
});

describe('JSON line request', () => {
  const request = fc.record<JsonlRequest>(
    {
      id: fc.oneof(
        fc.string(),
        fc.maxSafeInteger(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Number.isInteger(x)),
      ),
      path: fc.string(),
      prefix: fc.string({ unit: 'binary' }),
      suffix: fc.string({ unit: 'binary' }),
      between: fc.array(fc.string()),
      maxTokens: fc.integer({ min: 1 }),
    },
    { requiredKeys: ['id', 'prefix', 'suffix'], noNullPrototype: true },
  );

  it('is read as it was written', () => {
    fc.assert(fc.property(request, (value) => assert.deepEqual(parseRequest(JSON.stringify(value)), value)));
  });

  it('may carry fields of the caller’s own', () => {
    assert.deepEqual(parseRequest('{"id":1,"prefix":"","suffix":"","expected":[1]}'), {
      id: 1,
      prefix: '',
      suffix: '',
    });
  });

  const good = { id: 'a', prefix: 'p', suffix: 's' };
  const bad: [what: string, line: string, code: string, message: RegExp][] = [
    ['no JSON', '{"id": 1,', 'bad-json', /not JSON/],
    ['a list', '[]', 'bad-request', /must be a JSON object, not a list/],
    ['null', 'null', 'bad-request', /not null/],
    ['no id', JSON.stringify({ ...good, id: undefined }), 'bad-request', /“id” is missing/],
    [
      'an id that JSON cannot keep',
      '{"id":12345678901234567890,"prefix":"","suffix":""}',
      'bad-request',
      /“id”/,
    ],
    [
      'no prefix',
      JSON.stringify({ ...good, prefix: undefined }),
      'bad-request',
      /“prefix” is missing; it must be a string/,
    ],
    [
      'a number as suffix',
      JSON.stringify({ ...good, suffix: 5 }),
      'bad-request',
      /“suffix” must be a string, not 5/,
    ],
    [
      'an object as path',
      JSON.stringify({ ...good, path: {} }),
      'bad-request',
      /“path” must be a string, not an object/,
    ],
    [
      'a string as between',
      JSON.stringify({ ...good, between: 'x' }),
      'bad-request',
      /“between” must be a list of strings/,
    ],
    [
      'a number in between',
      JSON.stringify({ ...good, between: ['x', 1] }),
      'bad-request',
      /“between” must be a list of strings/,
    ],
    [
      'zero tokens',
      JSON.stringify({ ...good, maxTokens: 0 }),
      'bad-request',
      /“maxTokens” must be a whole number of at least 1, not 0/,
    ],
    ['half a token', JSON.stringify({ ...good, maxTokens: 1.5 }), 'bad-request', /“maxTokens”/],
    [
      'tokens as text',
      JSON.stringify({ ...good, maxTokens: '8' }),
      'bad-request',
      /“maxTokens”.*not a string/,
    ],
  ];
  for (const [what, line, code, message] of bad) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => parseRequest(line),
        (error) => error instanceof BadLine && error.code === code && message.test(error.message),
      );
    });
  }
});
