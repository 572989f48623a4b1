import type { Edit } from '../../../src/next-edit/edit';

/** Kinds of changes that have consequences elsewhere in a file. */
export const EDIT_KINDS = [
  'rename local',
  'rename member',
  'argument',
  'type',
  'string',
  'negated',
  'parallel',
] as const;
export type EditKind = (typeof EDIT_KINDS)[number];

/** A replacement of characters [start, end). */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A text in which the first part of a change was made, and the rest of it. */
export interface BegunChange<Kind extends string> {
  readonly id: string;
  readonly kind: Kind;
  /** VS Code's language id. */
  readonly lang: string;
  readonly path: string;
  /** With the first part made. */
  readonly text: string;
  readonly edit: Edit;
  /** In `text`; empty where the first part has no consequence. */
  readonly answer: readonly Replacement[];
}

export type EditTask = BegunChange<EditKind>;

/** From two versions of a file; `repeated`: the same change was made elsewhere in it too. */
export type RealEdit = BegunChange<'repeated' | 'other'>;

/** A change as a rule finds it, before its first part is made. */
export interface FoundChange {
  readonly text: string;
  readonly first: Replacement;
  readonly rest: readonly Replacement[];
}

/** Makes the first part of a change. */
export function begun({ text, first, rest }: FoundChange): Pick<EditTask, 'text' | 'edit' | 'answer'> {
  const { start, end, text: after } = first;
  const growth = after.length - (end - start);
  return {
    text: text.slice(0, start) + after + text.slice(end),
    edit: { start, end: start + after.length, before: text.slice(start, end) },
    answer: rest
      .map((part) =>
        part.start >= end ? { ...part, start: part.start + growth, end: part.end + growth } : part,
      )
      .toSorted((a, b) => a.start - b.start),
  };
}
