import { markdownTable } from '../../../src/display/markdown-table';
import { bootstrap, type Estimate } from '../intervals';
import { exactOf, figuresOf, precisionOf, type EditFigures, type Grade } from './grades';
import { grouped } from './rule';
import { EDIT_KINDS } from './task';

/** The content of next-edit.json: the shares that count, and all of them by part and way. */
interface NextEditReport {
  readonly precision: number;
  readonly wrongFires: number;
  readonly recallRenames: number;
  readonly recallRest: number;
  readonly parts: readonly PartFigures[];
  /** Of two versions of the same packages. */
  readonly real: readonly PartFigures[];
}

interface PartFigures {
  readonly part: string;
  readonly way: string;
  readonly figures: EditFigures;
}

type Task = Pick<Grade['task'], 'kind' | 'lang'>;

const HEAD = ['', 'tasks', 'way', 'precision, %', 'recall of places, %', 'exact, %', 'wrong fires, %'];

/** @param graded the first way is the one that is shipped */
export function nextEditReport(
  graded: ReadonlyMap<string, readonly Grade[]>,
  real: ReadonlyMap<string, readonly Grade[]>,
  source: string,
): { readonly markdown: string; readonly json: NextEditReport } {
  const [shipped, ...others] = [...graded.values()];
  const own = shipped!;
  const parts = partsOf(own.map(({ task }) => task)).flatMap(({ part, isIn }) =>
    [...graded].map(([way, grades]) => ({
      part,
      way,
      figures: figuresOf(grades.filter(({ task }) => isIn(task))),
    })),
  );
  const realParts = ['all', 'repeated', 'other'].flatMap((part) =>
    [...real].map(([way, grades]) => ({
      part,
      way,
      figures: figuresOf(grades.filter(({ task }) => part === 'all' || task.kind === part)),
    })),
  );
  const all = figuresOf(own);
  const json = {
    precision: all.precision.value,
    wrongFires: all.wrongFires.value,
    recallRenames: figuresOf(own.filter(({ task }) => isRename(task))).recall.value,
    recallRest: figuresOf(own.filter(({ task }) => !isRename(task))).recall.value,
    parts,
    real: realParts,
  };
  const [first, ...otherWays] = [...graded.keys()];
  const pairing = (part: string, isIn: (task: Task) => boolean, i: number): string => {
    const pairs = own
      .map((grade, task) => [grade, others[i]![task]!] as const)
      .filter(([{ task }]) => isIn(task));
    const gain = bootstrap(
      pairs,
      (sample) => precisionOf(sample.map(([one]) => one)) - precisionOf(sample.map(([, other]) => other)),
    );
    const exact = bootstrap(
      pairs.filter(([{ task }]) => task.answer.length > 0),
      (sample) => exactOf(sample.map(([one]) => one)) - exactOf(sample.map(([, its]) => its)),
    );
    return `${first} less ${otherWays[i]}, the same tasks, ${part}, in points: precision ${interval(gain)}, exact ${interval(exact)}.`;
  };
  const paired = otherWays.flatMap((_, i) => [
    pairing('all', () => true, i),
    // A model is asked about these alone.
    pairing('argument', ({ kind }) => kind === 'argument', i),
  ]);
  const markdown = [
    '# The next edit',
    `${own.length} tasks, as many kinds with consequences as without: \`npm run evaluate -- --next-edit ${source}\`. In brackets 95 % intervals.`,
    markdownTable(HEAD, parts.map(cells)),
    ...paired,
    '## Real edits',
    'Files with at least two differences between two versions of a package: the first one made, the others are the answer. “Repeated” where the same change was made elsewhere in the file too.',
    markdownTable(HEAD, realParts.map(cells)),
  ];
  return { markdown: `${markdown.join('\n\n')}\n`, json };
}

function cells({ part, way, figures }: PartFigures): (string | number)[] {
  const { tasks, precision, recall, exact, wrongFires } = figures;
  return [part, tasks, way, ...[precision, recall, exact, wrongFires].map(interval)];
}

function isRename({ kind }: Pick<Grade['task'], 'kind'>): boolean {
  return kind.startsWith('rename');
}

/** All tasks, then each kind, then each language. */
function partsOf(
  tasks: readonly Task[],
): { readonly part: string; readonly isIn: (task: Task) => boolean }[] {
  const languages = [...grouped(tasks, ({ lang }) => lang).keys()].sort();
  return [
    { part: 'all', isIn: () => true },
    { part: 'renames', isIn: isRename },
    { part: 'the rest', isIn: (task: Task) => !isRename(task) },
    ...EDIT_KINDS.map((kind) => ({ part: kind, isIn: (task: Task) => task.kind === kind })),
    ...languages.map((lang) => ({ part: lang, isIn: (task: Task) => task.lang === lang })),
  ];
}

function interval({ value, low, high }: Estimate): string {
  const percent = (share: number): string => (100 * share).toFixed(1);
  return Number.isNaN(value) ? '–' : `${percent(value)} (${percent(low)} – ${percent(high)})`;
}
