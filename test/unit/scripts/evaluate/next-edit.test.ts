import assert from 'node:assert/strict';
import { drawEditTasks } from '../../../../scripts/evaluate/next-edit/draw-edit-tasks';
import { textsIn } from '../../../../scripts/evaluate/next-edit/evaluate-next-edit';
import { figuresOf, gradeOf } from '../../../../scripts/evaluate/next-edit/grades';
import { realEdits } from '../../../../scripts/evaluate/next-edit/real-edits';
import { nextEditReport } from '../../../../scripts/evaluate/next-edit/report';
import { EDIT_KINDS, type EditTask } from '../../../../scripts/evaluate/next-edit/task';
import { RULES_ALONE, TEXT_SEARCH } from '../../../../scripts/evaluate/next-edit/ways';
import { treeOf } from '../../../support/syntax';

/** A file in which every kind of change can be made, with and without consequences. */
function source(name: string): string {
  return `import { emit } from './events-of-${name}';

interface ${name}Options {
  width: number;
  label: string;
  depth: boolean;
}

class ${name} {
  private counter = 0;
  constructor(private readonly options: ${name}Options, id: Token) {}

  step(amount: number, token: Token): number {
    if (this.ready) {
      this.counter += amount;
    } else {
      this.counter = token.value;
    }
    return this.counter;
  }

  run(token: Token): void {
    this.step(1, token);
    emit('${name}-stepped', this.counter);
    emit('${name}-stepped', token);
    if (this.counter > 3) {
      emit('${name}-done', 3);
    }
  }

  rest(delay = 1): void {
    const first = this.options.width || 1;
    const second = this.options.depth || 2;
    const third = this.options.label || 3;
    this.rest();
  }
}
`;
}

const DOCUMENTS = ['Alpha', 'Beta', 'Gamma', 'Delta', 'Epsilon', 'Zeta'].map((name) => ({
  path: `p@1.0.0/${name}.ts`,
  lang: 'typescript',
  text: source(name),
}));

describe('edit tasks', function () {
  this.timeout(60_000);
  let tasks: EditTask[];
  before(async () => {
    tasks = await drawEditTasks(DOCUMENTS, { limit: 2, seed: 1, signal: new AbortController().signal });
  });

  it('are of every kind, with consequences and without, the same for the same seed', async () => {
    for (const kind of EDIT_KINDS) {
      const ofKind = tasks.filter((task) => task.kind === kind);
      assert.ok(
        ofKind.some(({ answer }) => answer.length > 0),
        `${kind} with consequences`,
      );
      assert.ok(
        ofKind.some(({ answer }) => answer.length === 0),
        `${kind} without`,
      );
    }
    const again = await drawEditTasks(DOCUMENTS, { limit: 2, seed: 1, signal: new AbortController().signal });
    assert.deepEqual(again, tasks);
  });

  it('have an answer that changes the text where it says', () => {
    for (const { id, text, edit, answer } of tasks) {
      assert.notEqual(text.slice(edit.start, edit.end), edit.before, id);
      for (const part of answer) {
        assert.notEqual(text.slice(part.start, part.end), part.text, id);
        assert.ok(part.end <= edit.start || part.start >= edit.end, `${id}: the first part is made`);
      }
    }
  });

  it('are graded by place and text, and reported', async () => {
    const graded = new Map<string, ReturnType<typeof gradeOf>[]>();
    for (const { label, propose } of [RULES_ALONE, TEXT_SEARCH]) {
      const grades = [];
      for (const task of tasks) {
        using tree = (await treeOf('a.ts', task.text))!;
        grades.push(gradeOf(task, await propose(task, tree)));
      }
      graded.set(label, grades);
    }
    const { json, markdown } = nextEditReport(graded, new Map(), '');
    for (const share of [json.precision, json.wrongFires, json.recallRenames, json.recallRest])
      assert.ok(share >= 0 && share <= 1);
    assert.equal(json.recallRenames, 1);
    assert.match(markdown, /\| all \| \d+ \| rules \| [\d.]+ \(/);
    const search = json.parts.find(({ part, way }) => part === 'all' && way === TEXT_SEARCH.label)!;
    assert.ok(search.figures.wrongFires.value > json.wrongFires, 'search knows no silence');
  });

  it('are of some languages alone, each of which must be there', () => {
    const texts = ['go', 'c'].map((lang) => ({ path: `p/${lang}`, lang, text: '' }));
    assert.deepEqual(textsIn(texts, ['c']), texts.slice(1));
    assert.throws(() => textsIn(texts, ['c', 'rust']), /no text in rust .* Name some of c, go\./);
  });

  it('a right place with a wrong text is found, but not right', () => {
    const answer = [{ start: 4, end: 5, text: 'c' }];
    const task: EditTask = {
      id: '1',
      kind: 'string',
      lang: 'typescript',
      path: 'a.ts',
      text: 'b = a;\n',
      edit: { start: 0, end: 1, before: 'a' },
      answer,
    };
    const grades = [gradeOf(task, [{ start: 4, end: 5, text: 'd' }])];
    const { precision, recall, exact } = figuresOf(grades);
    assert.deepEqual([precision.value, recall.value, exact.value], [0, 1, 0]);
    assert.equal(figuresOf([gradeOf(task, [{ start: 3, end: 5, text: '  c' }])]).exact.value, 1);
  });

  it('come of two versions of a file too: the first difference made, the others the answer', () => {
    const text = 'let count = 1;\nf(count);\ng(2);\n';
    const earlier = [{ path: 'p@1.0.0/a.js', lang: 'javascript', text }];
    const later = [
      { path: 'p@1.1.0/a.js', lang: 'javascript', text: text.replaceAll('count', 'total').replace('2', '3') },
    ];
    const [edit, ...others] = realEdits(earlier, later, { limit: 5, seed: 1 });
    assert.deepEqual(others, []);
    assert.equal(edit!.kind, 'repeated');
    assert.equal(edit!.text, 'let total = 1;\nf(count);\ng(2);\n');
    assert.deepEqual(edit!.answer, [
      { start: 17, end: 22, text: 'total' },
      { start: 27, end: 28, text: '3' },
    ]);
  });
});
