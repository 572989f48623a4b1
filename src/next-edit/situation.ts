import type { SyntaxTree } from '../syntax/syntax-tree';
import type { Edit } from './edit';

/** A text in which something was changed. */
export interface Situation {
  /** Of the text as it is now. */
  readonly tree: SyntaxTree;
  /** In whole words. */
  readonly edit: Edit;
  /** The text that stands there now. */
  readonly after: string;
  /** Where the same change was made already, this time included. */
  readonly done: readonly Edit[];
  /** Where else the changed name stood before, as a language service knows; where each of these begins now. */
  readonly references?: readonly number[];
}

/** True for a place at which the same change was made. */
export function isDone({ done }: Situation, start: number): boolean {
  return done.some((edit) => start >= edit.start && start < Math.max(edit.end, edit.start + 1));
}
