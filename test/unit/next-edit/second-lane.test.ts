import assert from 'node:assert/strict';
import { filledProposals, type AroundPlace } from '../../../src/next-edit/second-lane';
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
}

/** What is proposed where a model fills in one thing everywhere, as sure as it is told to be. */
async function asked(drawn: string, fill: string | undefined, sure = 0.9, path = 'a.ts'): Promise<Asked> {
  const { text, edit } = read(drawn);
  using tree = (await treeOf(path, text))!;
  const around: AroundPlace[] = [];
  const model = {
    fill: (place: AroundPlace) => {
      around.push(place);
      return Promise.resolve(fill);
    },
    leastProbability: () => Promise.resolve(sure),
  };
  const proposals: Proposal[] = [];
  for await (const one of filledProposals(tree, [edit], [], model, new AbortController().signal))
    proposals.push(one);
  return { proposals, text, around };
}

function applied(text: string, [proposal]: readonly Proposal[]): string {
  assert.ok(proposal);
  return text.slice(0, proposal.start) + proposal.text + text.slice(proposal.end);
}

const ADDED =
  'function area(height: number«, width: number») {}\nfunction g(box: Box, width: number) {\n  area(box.height);\n}\n';

describe('what a model fills in after an edit', () => {
  it('is the argument of a parameter that was added', async () => {
    const { proposals, text, around } = await asked(ADDED, 'box.width');
    assert.ok(applied(text, proposals).includes('area(box.height, box.width);'));
    assert.ok(around[0]!.prefix.endsWith('area(box.height, '));
    assert.ok(around[0]!.suffix.startsWith(');'));
  });

  it('is looked for in a script of markup too', async () => {
    const { proposals, text } = await asked(
      `<script lang="ts">\n${ADDED}</script>\n`,
      'box.width',
      0.9,
      'a.vue',
    );
    assert.ok(applied(text, proposals).includes('area(box.height, box.width);'));
  });

  it('stands where the parameter does', async () => {
    const drawn = 'def area(«width, »height):\n    pass\n\n\ndef g(width):\n    area(3)\n';
    const { proposals, text } = await asked(drawn, 'width', 0.9, 'a.py');
    assert.ok(applied(text, proposals).includes('area(width, 3)'));
  });

  it('is nothing that the model doubts, that is unknown there, called otherwise, or no name', async () => {
    for (const [fill, sure] of [
      ['box.width', 0.1],
      ['crate.width', 0.9],
      ['box.height', 0.9],
      ['width, 3', 0.9],
      ['', 0.9],
      [undefined, 0.9],
    ] as const)
      assert.deepEqual((await asked(ADDED, fill, sure)).proposals, [], fill);
  });

  it('is asked for only where a call lacks it', async () => {
    for (const drawn of [
      'function f(a: A«, width = 3») {}\nf(a);\n',
      'function f(a: A«, width?: number») {}\nf(a);\n',
      'function f(a: A«, width: number») {}\nf(a, 3);\n',
      'const «width» = 3;\nf(a);\n',
    ])
      assert.deepEqual((await asked(drawn, 'width')).around, [], drawn);
  });

  it('is told of a signature far away', async () => {
    const far = `${ADDED.slice(0, ADDED.indexOf('function g'))}${'const x = 1;\n'.repeat(200)}${ADDED.slice(ADDED.indexOf('function g'))}`;
    const { around, proposals } = await asked(far, 'box.width');
    assert.equal(proposals.length, 1);
    assert.ok(around[0]!.prefix.startsWith('function area(height: number, width: number) {}\n'));
    assert.ok(around[0]!.prefix.length < 2000);
  });
});
