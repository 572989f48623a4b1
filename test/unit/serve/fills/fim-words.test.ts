import assert from 'node:assert/strict';
import { beginsWithFimWord, takeApart } from '../../../../src/serve/fills/fim-words';
import { ServeError } from '../../../../src/serve/http/serve-error';

const HOLE = { prefix: 'if x <', suffix: ':\n    pass\n' };
const { prefix: P, suffix: S } = HOLE;

/** Prompts as the clients' templates write them. */
const PROMPTS: Readonly<Record<string, string>> = {
  qwen: `<|fim_prefix|>${P}<|fim_suffix|>${S}<|fim_middle|>`,
  'suffix first': `<fim_suffix>${S}<fim_prefix>${P}<fim_middle>`,
  starcoder: `<fim_prefix>${P}<fim_suffix>${S}<fim_middle>`,
  santacoder: `<fim-prefix>${P}<fim-suffix>${S}<fim-middle>`,
  codellama: `<PRE> ${P} <SUF>${S} <MID>`,
  'codellama as its vocabulary writes it': `▁<PRE>${P}▁<SUF>${S}▁<MID>`,
  deepseek: `<｜fim▁begin｜>${P}<｜fim▁hole｜>${S}<｜fim▁end｜>`,
  'deepseek with its beginning': `<｜begin▁of▁sentence｜><｜fim▁begin｜>${P}<｜fim▁hole｜>${S}<｜fim▁end｜>`,
  'deepseek in ASCII': `<|fim▁begin|>${P}<|fim▁hole|>${S}<|fim▁end|>`,
  codestral: `[SUFFIX]${S}[PREFIX]${P}`,
  'codestral with its beginning': `<s>[SUFFIX]${S}[PREFIX]${P}[MIDDLE]`,
  seed: `<[fim-suffix]>${S}<[fim-prefix]>${P}<[fim-middle]>`,
  glm: `<|code_prefix|>${P}<|code_suffix|>${S}<|code_middle|>`,
  codegeex: `<|user|>\n<|code_suffix|>${S}<|code_prefix|>${P}<|code_middle|><|assistant|>\n`,
};

describe('words for filling in the middle', () => {
  for (const [name, prompt] of Object.entries(PROMPTS)) {
    it(`are taken out of a prompt: ${name}`, () => {
      const { prefix, suffix, files } = takeApart(prompt)!;
      assert.deepEqual({ prefix, suffix, files }, { ...HOLE, files: [] });
    });
  }

  it('may go on with the beginning of the middle', () => {
    assert.equal(takeApart('<fim_prefix>a = <fim_suffix>;<fim_middle>b + ')!.prefix, 'a = b + ');
  });

  it('are not what stands around any prompt, which is taken away', () => {
    assert.equal(takeApart('<|endoftext|>a = ')!.prefix, 'a = ');
    assert.equal(takeApart('<s>struck</s>'), undefined);
  });

  it('may be without a suffix', () => {
    const { prefix, suffix } = takeApart('<|fim_prefix|>a = <|fim_middle|>')!;
    assert.deepEqual([prefix, suffix], ['a = ', '']);
  });

  it('bring other files and the own file’s name along', () => {
    const qwen = takeApart(
      `<|repo_name|>numbers\n<|file_sep|>src/a.py\nA = 1\n<|file_sep|>src/b.py\n<|fim_prefix|>${P}<|fim_suffix|>${S}<|fim_middle|>`,
    )!;
    assert.deepEqual(qwen, { ...HOLE, files: [{ path: 'src/a.py', text: 'A = 1\n' }], path: 'src/b.py' });
    const inside = takeApart(
      `<fim_suffix>${S}<fim_prefix><filename>a.py\nA = 1\n<filename>b.py\n${P}<fim_middle>`,
    )!;
    assert.deepEqual(inside, { ...HOLE, files: [{ path: 'a.py', text: 'A = 1\n' }], path: 'b.py' });
  });

  it('are not looked for in plain code', () => {
    for (const code of [
      'print(',
      '<pre>a</pre>',
      '<PRE>a</PRE>',
      'usage: run [OPTIONS] <filename> [PREFIX]\n',
      'const a: Array<FimRequest> = ',
      'template <fim_t T> ',
      'MASK = "[MASK]"',
      'a <| b |> c',
    ]) {
      assert.equal(code.includes('fim_t') || takeApart(code) === undefined, true, code);
    }
  });

  it('are refused by name where they are not known, or not one family’s, or stand twice', () => {
    const wrong: Readonly<Record<string, string>> = {
      'a = <FILL_ME>': '<FILL_ME>',
      'a = {{FILL_HERE}};': '{{FILL_HERE}}',
      '<AIX-SPAN-PRE>a<AIX-SPAN-POST>b': '<AIX-SPAN-PRE>',
      'x = <extra_id_0>;': '<extra_id_0>',
      '<|fim_start|>a<|fim_stop|>': '<|fim_start|>',
      'let a = <|user_cursor_is_here|>': '<|user_cursor_is_here|>',
      '<|fim_prefix|>a<fim_suffix>b<fim_middle>': '<|fim_prefix|>',
      '<fim_prefix>a<fim_suffix>b<fim_pad><fim_middle>': '<fim_pad>',
      'a = <fim_middle>': '<fim_middle>',
      '<fim_prefix>a<fim_suffix>b<fim_suffix>c<fim_middle>': '<fim_suffix>',
      'return <|mask:0|> + 1': '<|mask:0|>',
    };
    for (const [prompt, word] of Object.entries(wrong)) {
      assert.throws(
        () => takeApart(prompt),
        (error) =>
          error instanceof ServeError &&
          error.status === 400 &&
          error.param === 'prompt' &&
          error.message.startsWith(`“${word}”`),
        prompt,
      );
    }
  });

  it('are seen at the beginning of a prompt that comes with a suffix', () => {
    assert.ok(beginsWithFimWord(PROMPTS['qwen']!));
    assert.ok(beginsWithFimWord(PROMPTS['codestral with its beginning']!));
    assert.ok(!beginsWithFimWord('const a = "<fim_prefix>";'));
  });
});
