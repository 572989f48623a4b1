import type { Edit } from './edit';

/** A change as editors report it: characters [start, start + removed) of the text before it give way to others. */
export interface TextChange {
  readonly start: number;
  readonly removed: number;
  readonly inserted: string;
}

/** Edits that are kept. */
const MOST_EDITS = 8;
/** Changes so near to each other, on one line, are one edit. */
const NEAR = 40;
/** Longer edits, in characters, are no edits that something else follows from. */
const LONGEST_EDIT = 400;

/** The user's last edits of one text, each put together from its keystrokes. */
export class RecentEdits {
  #edits: Edit[] = [];

  /** Oldest first; those that left everything as it was are not among them. */
  of(text: string): readonly Edit[] {
    return this.#edits.filter(({ start, end, before }) => text.slice(start, end) !== before);
  }

  /**
   * @param text before the change
   * @param isAccepted it was a proposal that the user has accepted
   */
  changed(text: string, { start, removed, inserted }: TextChange, isAccepted = false): void {
    const end = start + removed;
    const last = this.#edits.at(-1);
    const growth = inserted.length - removed;
    const isSame =
      !isAccepted &&
      last !== undefined &&
      !last.isAccepted &&
      isNear(text, last, { start, removed, inserted });
    const edit: Edit = isSame
      ? {
          start: Math.min(last.start, start),
          end: Math.max(last.end, end) + growth,
          before:
            text.slice(Math.min(last.start, start), last.start) +
            last.before +
            text.slice(last.end, Math.max(last.end, end)),
        }
      : {
          start,
          end: start + inserted.length,
          before: text.slice(start, end),
          ...(isAccepted && { isAccepted }),
        };
    const others = (isSame ? this.#edits.slice(0, -1) : this.#edits)
      // What a later change has touched is no longer what it was.
      .filter((other) => other.end <= start || other.start >= end)
      .map((other) =>
        other.start >= end ? { ...other, start: other.start + growth, end: other.end + growth } : other,
      );
    const isShort = edit.before.length <= LONGEST_EDIT && edit.end - edit.start <= LONGEST_EDIT;
    this.#edits = isShort ? [...others, edit].slice(-MOST_EDITS) : [];
  }

  /** After an undo, a reformatting or a rename across the file, nothing follows from what was done before. */
  forget(): void {
    this.#edits = [];
  }
}

function isNear(text: string, last: Edit, { start, removed, inserted }: TextChange): boolean {
  const end = start + removed;
  // Whoever goes back into lines that were just put in has begun something else; keys at their end go on with them.
  const goesBack = end < last.end && text.slice(last.start, last.end).includes('\n');
  if (start < last.end && end > last.start) return !goesBack;
  if (`${text.slice(start, end)}${inserted}`.includes('\n')) return false;
  if (start <= last.end && end >= last.start) return true;
  const gap = start > last.end ? text.slice(last.end, start) : text.slice(end, last.start);
  return gap.length <= NEAR && !gap.includes('\n');
}
