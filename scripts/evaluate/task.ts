/** Shapes of the holes that are evaluated. */
export const KINDS = ['line', 'tail', 'block', 'span', 'ident', 'two-holes'] as const;
export type Kind = (typeof KINDS)[number];

/** Languages that are reported apart. */
export const GROUPS = ['TypeScript', 'JavaScript', 'Python', 'other'] as const;
export type Group = (typeof GROUPS)[number];

/** A text with holes and what stood in them; one line of a tasks file. */
export type Task = OneHole | TwoHoles;

interface TaskText {
  readonly id: string;
  readonly kind: Kind;
  /** VS Code's language id. */
  readonly lang: string;
  readonly path: string;
  readonly prefix: string;
  readonly suffix: string;
}

export interface OneHole extends TaskText {
  readonly middle: string;
}

interface TwoHoles extends TaskText {
  readonly between: readonly string[];
  readonly middles: readonly string[];
}

const GROUP_OF: Readonly<Record<string, Group>> = {
  typescript: 'TypeScript',
  typescriptreact: 'TypeScript',
  javascript: 'JavaScript',
  javascriptreact: 'JavaScript',
  python: 'Python',
};

export function groupOf(lang: string): Group {
  return GROUP_OF[lang] ?? 'other';
}

/** Gives the texts that stood in the holes, left to right. */
export function middlesOf(task: Task): readonly string[] {
  return 'middles' in task ? task.middles : [task.middle];
}

export function betweenOf(task: Task): readonly string[] {
  return 'between' in task ? task.between : [];
}

/** The whole text with these words in the holes. */
export function textWith(task: Task, fills: readonly string[]): string {
  const between = [...betweenOf(task), task.suffix];
  return fills.reduce((text, fill, i) => text + fill + between[i]!, task.prefix);
}
