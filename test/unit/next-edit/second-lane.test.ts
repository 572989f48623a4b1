import assert from 'node:assert/strict';
import { judgedProposals, type AroundPlace } from '../../../src/next-edit/second-lane';
import type { Edit, Proposal } from '../../../src/next-edit/edit';
import { treeOf } from '../../support/syntax';

/** A text with what was added between `«` and `»`. */
function read(drawn: string): { readonly text: string; readonly edit: Edit } {
  const start = drawn.indexOf('«');
  const end = drawn.indexOf('»') - 1;
  return { text: drawn.replaceAll(/[«»]/g, ''), edit: { start, end, before: '' } };
}

interface Asked {
  readonly proposals: readonly Proposal[];
  readonly text: string;
  readonly around: readonly AroundPlace[];
  readonly names: readonly string[];
}

/** What is proposed where a model gives some names a probability, and all others none. */
async function asked(
  drawn: string,
  sure: Readonly<Record<string, number>>,
  path = 'a.ts',
  places = Infinity,
): Promise<Asked> {
  const { text, edit } = read(drawn);
  using tree = (await treeOf(path, text))!;
  const around: AroundPlace[] = [];
  const names: string[] = [];
  const model = {
    leastProbability: (place: AroundPlace, name: string) => {
      if (around.at(-1)?.prefix !== place.prefix) around.push(place);
      names.push(name);
      return Promise.resolve(sure[name] ?? 0);
    },
    hasTime: () => around.length < places,
  };
  const proposals: Proposal[] = [];
  for await (const one of judgedProposals(tree, [edit], [], model, new AbortController().signal))
    proposals.push(one);
  return { proposals, text, around, names };
}

function applied(text: string, [proposal]: readonly Proposal[]): string {
  assert.ok(proposal);
  return text.slice(0, proposal.start) + proposal.text + text.slice(proposal.end);
}

const ADDED =
  'function area(height: number«, width: number») {}\nfunction g(box: Box, size: Size, width: number) {\n  box.width = size.width;\n  area(box.height);\n}\n';

describe('what a model is asked about after an edit', () => {
  it('is which name is the argument of a parameter that was added', async () => {
    const { proposals, text, around, names } = await asked(ADDED, { 'box.width': 0.9, width: 0.5 });
    assert.equal(proposals.length, 1);
    assert.ok(applied(text, proposals).includes('area(box.height, box.width);'));
    assert.ok(around[0]!.prefix.endsWith('area(box.height, '));
    assert.ok(around[0]!.suffix.startsWith(');'));
    assert.deepEqual(names, ['size.width', 'box.width', 'width'], 'the nearest first, each once');
  });

  it('is looked for in a script of markup too', async () => {
    const drawn = `<script lang="ts">\n${ADDED}</script>\n`;
    const { proposals, text } = await asked(drawn, { 'box.width': 0.9 }, 'a.vue');
    assert.ok(applied(text, proposals).includes('area(box.height, box.width);'));
  });

  it('stands where the parameter does', async () => {
    const drawn = 'def area(«width, »height):\n    pass\n\n\ndef g(width):\n    area(3)\n';
    const { proposals, text } = await asked(drawn, { width: 0.9 }, 'a.py');
    assert.ok(applied(text, proposals).includes('area(width, 3)'));
  });

  it('is known at the place, ends in the parameter’s last word, and is nothing that the model doubts', async () => {
    const drawn =
      'function f(a: A«, maxWidth: number») {}\nfunction g(box: Box, wide: number) {\n  f(box.a);\n}\nfunction h(crate: Box) {\n  crate.width = this.#outerWidth + wide;\n  return box.outer_width;\n}\n';
    const { names, proposals } = await asked(drawn, { 'box.outer_width': 0.3 });
    assert.deepEqual(names, ['this.#outerWidth', 'box.outer_width']);
    assert.deepEqual(proposals, []);
  });

  it('is nothing where no name may be meant: the model is not asked', async () => {
    const drawn = 'function f(a: A«, width: number») {}\nfunction g(a: A) {\n  f(a);\n}\n';
    assert.deepEqual((await asked(drawn, {})).names, []);
  });

  it('is asked for only where a call lacks it', async () => {
    for (const drawn of [
      'const width = 1;\nfunction f(a: A«, width = 3») {}\nf(a);\n',
      'const width = 1;\nfunction f(a: A«, width?: number») {}\nf(a);\n',
      'const width = 1;\nfunction f(a: A«, width: number») {}\nf(a, 3);\n',
      'const «width» = 3;\nf(a);\n',
    ])
      assert.deepEqual((await asked(drawn, { width: 1 })).around, [], drawn);
  });

  it('is about one place where there is no time for more', async () => {
    const drawn = 'const width = 1;\nfunction f(a: A«, width: number») {}\nf(a);\nf(b);\nf(c);\n';
    assert.equal((await asked(drawn, {})).around.length, 3);
    assert.equal((await asked(drawn, {}, 'a.ts', 1)).around.length, 1);
  });

  it('is told of a signature far away', async () => {
    const at = ADDED.indexOf('function g');
    const far = `${ADDED.slice(0, at)}${'const x = 1;\n'.repeat(200)}${ADDED.slice(at)}`;
    const { around, proposals } = await asked(far, { 'box.width': 0.9 });
    assert.equal(proposals.length, 1);
    assert.ok(around[0]!.prefix.startsWith('function area(height: number, width: number) {}\n'));
    assert.ok(around[0]!.prefix.length < 1000);
  });
});
