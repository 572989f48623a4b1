import type { TextChange } from '../document/region-tracker';

/** A text that the user has taken out, and where it stood. */
interface Removed {
  readonly offset: number;
  readonly text: string;
}

const MOST = 8;

/** The text that the user has just deleted or undone in a document: nobody wants it back unasked. */
export class RemovedText {
  #removed: readonly Removed[] = [];

  /**
   * @param before the document's text before these changes
   * @param changes of one event, in offsets of that text
   */
  changed(before: string, changes: readonly TextChange[]): void {
    for (const change of [...changes].sort((a, b) => b.rangeOffset - a.rangeOffset)) {
      this.#removed = this.#removed.flatMap((one) => after(one, change));
      const { rangeOffset: offset, rangeLength, text } = change;
      if (rangeLength > 0 && text === '') this.#add(offset, before.slice(offset, offset + rangeLength));
    }
  }

  /** Tells whether a text at a place would bring back what was removed there, or its beginning. */
  bringsBack(offset: number, text: string): boolean {
    return this.#removed.some((one) => {
      const wanted = one.text.trim();
      const offered = text.trim();
      return (
        one.offset === offset &&
        wanted !== '' &&
        offered !== '' &&
        (offered.startsWith(wanted) || wanted.startsWith(offered))
      );
    });
  }

  /** Characters that go one by one are one text. */
  #add(offset: number, text: string): void {
    const last = this.#removed.at(-1);
    const joined = last?.offset === offset ? text + last.text : text;
    const others = last?.offset === offset ? this.#removed.slice(0, -1) : this.#removed;
    this.#removed = [...others, { offset, text: joined }].slice(-MOST);
  }
}

/** Where a removed text would stand after a change; nowhere if something else was written there. */
function after(removed: Removed, { rangeOffset, rangeLength, text }: TextChange): Removed[] {
  const end = rangeOffset + rangeLength;
  if (rangeOffset > removed.offset) return [removed];
  if (end < removed.offset) return [{ ...removed, offset: removed.offset + text.length - rangeLength }];
  return text === '' ? [{ ...removed, offset: rangeOffset }] : [];
}
