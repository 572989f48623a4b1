import assert from 'node:assert/strict';
import { aroundHole, takeApart } from '../../../../src/serve/fills/fim-words';
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
  'codellama with one blank more': `<PRE> ${P} <SUF> ${S} <MID>`,
  'codellama without its blanks': `<SUF>${S}<PRE>${P}<MID>`,
  'codellama, suffix first': `<PRE> <SUF>${S} <MID> ${P}`,
  'other words with blanks of codellama': `<|fim_prefix|> ${P} <|fim_suffix|>${S} <|fim_middle|>`,
  'codellama as its vocabulary writes it': `▁<PRE>${P}▁<SUF>${S}▁<MID>`,
  deepseek: `<｜fim▁begin｜>${P}<｜fim▁hole｜>${S}<｜fim▁end｜>`,
  'deepseek with its beginning': `<｜begin▁of▁sentence｜><｜fim▁begin｜>${P}<｜fim▁hole｜>${S}<｜fim▁end｜>`,
  'deepseek in ASCII': `<|fim▁begin|>${P}<|fim▁hole|>${S}<|fim▁end|>`,
  'deepseek with blanks': `<｜fim begin｜>${P}<｜fim hole｜>${S}<｜fim end｜>`,
  codestral: `[SUFFIX]${S}[PREFIX]${P}`,
  'codestral with its beginning': `<s>[SUFFIX]${S}[PREFIX]${P}[MIDDLE]`,
  seed: `<[fim-suffix]>${S}<[fim-prefix]>${P}<[fim-middle]>`,
  glm: `<|code_prefix|>${P}<|code_suffix|>${S}<|code_middle|>`,
  codegeex: `<|user|>\n<|code_suffix|>${S}<|code_prefix|>${P}<|code_middle|><|assistant|>\n`,
  'qwen in a chat': `<|im_start|>system\nYou are a code completion assistant.<|im_end|>\n<|im_start|>user\n<|fim_prefix|>${P}<|fim_suffix|>${S}<|fim_middle|><|im_end|>\n<|im_start|>assistant\n`,
};

describe('words for filling in the middle', () => {
  for (const [name, prompt] of Object.entries(PROMPTS)) {
    it(`are taken out of a prompt: ${name}`, () => {
      const { prefix, suffix, files } = takeApart(prompt)!;
      assert.deepEqual({ prefix, suffix, files }, { ...HOLE, files: [] });
    });
  }

  it('leave the blanks of the text alone', () => {
    const { prefix, suffix } = takeApart('<PRE>    return <SUF>\n}<MID>')!;
    assert.deepEqual([prefix, suffix], ['    return ', '\n}']);
  });

  it('may go on with the beginning of the middle', () => {
    assert.equal(takeApart('<fim_prefix>a = <fim_suffix>;<fim_middle>b + ')!.prefix, 'a = b + ');
  });

  it('are not what stands around any prompt, which is taken away', () => {
    assert.equal(takeApart('<|endoftext|>a = ')!.prefix, 'a = ');
    assert.equal(takeApart('<s>struck</s>'), undefined);
  });

  it('may be without a suffix, or without what is before the hole', () => {
    const left = takeApart('<|fim_prefix|>a = <|fim_middle|>')!;
    assert.deepEqual([left.prefix, left.suffix], ['a = ', '']);
    assert.equal(takeApart('[PREFIX]a = ')!.prefix, 'a = ');
    const right = takeApart('<fim_suffix>print(a)\n<fim_middle>')!;
    assert.deepEqual([right.prefix, right.suffix], ['', 'print(a)\n']);
  });

  it('bring other files and the own file’s name along', () => {
    const hole = `<|fim_prefix|>${P}<|fim_suffix|>${S}<|fim_middle|>`;
    const A = { path: 'src/a.py', text: 'A = 1\n' };
    const expected: Readonly<Record<string, { files: object[]; path: string | undefined }>> = {
      [`<|repo_name|>numbers\n<|file_sep|>src/a.py\nA = 1\n<|file_sep|>src/b.py\n${hole}`]: {
        files: [A],
        path: 'src/b.py',
      },
      [`<fim_suffix>${S}<fim_prefix><filename>src/a.py\nA = 1\n<filename>b.py\n${P}<fim_middle>`]: {
        files: [A],
        path: 'b.py',
      },
      [`<filename>src/a.py\nA = 1\n<|endoftext|>\n<filename>b.py \n${hole}`]: { files: [A], path: 'b.py' },
      // StarCoder2's own name stands behind the word of the prefix; snippets may have none.
      [`<repo_name>numbers<file_sep>src/a.py\nA = 1\n<file_sep><fim_prefix>b.py\n${P}<fim_suffix>${S}<fim_middle>`]:
        { files: [A], path: 'b.py' },
      [`<file_sep>import a as b\n<file_sep><fim_prefix>${P}<fim_suffix>${S}<fim_middle>`]: {
        files: [{ path: undefined, text: 'import a as b\n' }],
        path: undefined,
      },
      [`[SUFFIX]${S}[PREFIX]+++++ src/a.py \nA = 1\n+++++ b.py\n${P}`]: { files: [A], path: 'b.py' },
      [`<|user|>\n###REFERENCE:\n###PATH:src/a.py\nA = 1\n###PATH:b.py\n###LANGUAGE:Python\n###MODE:BLOCK\n<|code_suffix|>${S}<|code_prefix|>${P}<|code_middle|><|assistant|>\n`]:
        { files: [A], path: 'b.py' },
      // Of words before it nothing is lost.
      [`# src/a.py\nA = 1\n${hole}`]: {
        files: [{ path: undefined, text: '# src/a.py\nA = 1\n' }],
        path: undefined,
      },
    };
    for (const [prompt, { files, path }] of Object.entries(expected)) {
      assert.deepEqual(takeApart(prompt), { ...HOLE, files, path }, prompt);
    }
  });

  it('may be those of files alone, at the end of the last one', () => {
    const files = [{ path: 'src/a.py', text: 'A = 1\n' }];
    for (const prompt of [
      `<|file_sep|>src/a.py\nA = 1\n<|file_sep|>b.py\n${P}`,
      `<|repo_name|>numbers\n<|file_sep|>src/a.py\nA = 1\n<|file_sep|>b.py\n${P}`,
    ]) {
      assert.deepEqual(takeApart(prompt), { prefix: P, suffix: '', path: 'b.py', files }, prompt);
    }
    const mistral = aroundHole(`+++++ src/a.py\nA = 1\n+++++ b.py\n${P}`, S);
    assert.deepEqual(mistral, { ...HOLE, path: 'b.py', files });
  });

  it('of files leave code alone that has the like', () => {
    const code = 'usage = "run <filename>"\nprint(usage)\n++++\n';
    assert.equal(takeApart(`<fim_prefix>${code}<fim_suffix><fim_middle>`)!.prefix, code);
    assert.equal(aroundHole(code, S).prefix, code);
    const long = `<|file_sep|>${'.'.repeat(100_000)}(\n${P}`;
    assert.equal(takeApart(long)!.path, undefined);
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
      '<|fim_prefix|>a<fim_suffix>b<fim_middle>': '<fim_suffix>',
      '<fim_prefix>a<fim_suffix>b<fim_pad><fim_middle>': '<fim_pad>',
      'a = <fim_middle>': '<fim_middle>',
      '<fim_prefix>a<fim_suffix>b<fim_suffix>c<fim_middle>': '<fim_suffix>',
      'return <|mask:0|> + 1': '<|mask:0|>',
      'return <mask_1> + 1': '<mask_1>',
      '<|suffix|>b<|prefix|>a<|middle|>': '<|suffix|>',
      '<|im_start|>user\nComplete this.<|im_end|>\n<|im_start|>assistant\n': '<|im_start|>',
      '<|start_header_id|>user<|end_header_id|>': '<|start_header_id|>',
      '<fim_prefix>a<fim_suffix>b<fim_middle><|im_end|>': '<|im_end|>',
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

  it('are refused in a prompt that comes with a suffix, unless they are text', () => {
    for (const name of ['qwen', 'deepseek', 'codestral with its beginning']) {
      assert.throws(() => aroundHole(PROMPTS[name]!, S), { status: 400, param: 'suffix' }, name);
    }
    const prefix = 'const a = "<fim_prefix>";';
    assert.equal(aroundHole(prefix, S).prefix, prefix);
  });
});
