/** A run of characters of a document: UTF-16 offsets, end exclusive; empty where the cursor marks a hole. */
export interface Region {
  readonly start: number;
  readonly end: number;
}

/** One replacement in a document, in offsets of the document before the change event it belongs to. */
export interface TextChange {
  readonly rangeOffset: number;
  readonly rangeLength: number;
  readonly text: string;
}

/** Knows where regions of a document are while the text around them is edited. */
export class RegionTracker {
  #regions: readonly Region[];

  constructor(regions: readonly Region[]) {
    this.#regions = regions;
  }

  get regions(): readonly Region[] {
    return this.#regions;
  }

  /**
   * Shifts the regions by the changes of one event.
   *
   * @returns false when a change reaches into a region; the regions are then left as they were
   */
  follow(changes: readonly TextChange[]): boolean {
    if (this.#regions.some((region) => changes.some((change) => touches(change, region)))) return false;
    this.#regions = this.#regions.map(({ start, end }) => {
      const before = changes.filter(({ rangeOffset, rangeLength }) => rangeOffset + rangeLength <= start);
      const shift = before.reduce((sum, { rangeLength, text }) => sum + text.length - rangeLength, 0);
      return { start: start + shift, end: end + shift };
    });
    return true;
  }
}

/** Text typed right beside a selection is outside it; text typed or deleted right at an empty region is the hole's. */
function touches({ rangeOffset, rangeLength }: TextChange, { start, end }: Region): boolean {
  const changeEnd = rangeOffset + rangeLength;
  return start === end ? rangeOffset <= start && changeEnd >= start : rangeOffset < end && changeEnd > start;
}
