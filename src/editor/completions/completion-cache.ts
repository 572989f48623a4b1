import { LRUCache } from 'lru-cache';

/** A place as it was when a completion was found for it. */
export interface CachedPlace {
  /** The document, e.g. its URI. */
  readonly document: string;
  readonly prefix: string;
  readonly suffix: string;
}

const MOST_PLACES = 200;
/** Characters on each side of the cursor that tell a place from others. */
const REACH = { prefix: 600, suffix: 300 };
/** Characters that may have been typed since a completion was found. */
const MOST_TYPED = 200;

/** The completions that are known at a place. */
interface Known {
  readonly texts: readonly string[];
  /** True when the user asked: several were found then, if there were several. */
  readonly asked: boolean;
}

/**
 * Keeps the last completions, so that the engine is not asked twice: neither when the cursor comes back to a place, nor
 * while the user types what is offered, which only makes it shorter.
 */
export class CompletionCache {
  readonly #places = new LRUCache<string, Known>({ max: MOST_PLACES });

  /** @param texts completions, best first; none, if there is nothing to offer at this place */
  set(place: CachedPlace, texts: readonly string[], asked: boolean): void {
    this.#places.set(placeKey(place), { texts, asked });
  }

  /**
   * The rest of the completions found here or a few characters before; undefined where nothing is known.
   *
   * @param asked whether only what was found for a user who asked is wanted
   */
  get(place: CachedPlace, asked: boolean): readonly string[] | undefined {
    const here = this.#known(place, asked);
    if (here) return here;
    const { prefix } = place;
    for (let typed = 1; typed <= Math.min(MOST_TYPED, prefix.length); typed++) {
      const end = prefix.slice(-typed);
      const before = this.#known({ ...place, prefix: prefix.slice(0, -typed) }, asked);
      const left = before?.filter((text) => text.length > typed && text.startsWith(end));
      if (left && left.length > 0) return left.map((text) => text.slice(typed));
    }
    return undefined;
  }

  #known(place: CachedPlace, asked: boolean): readonly string[] | undefined {
    const known = this.#places.get(placeKey(place));
    return known && (known.asked || !asked) ? known.texts : undefined;
  }

  clear(): void {
    this.#places.clear();
  }
}

/** A place's key: places with the same are one. */
export function placeKey({ document, prefix, suffix }: CachedPlace): string {
  return [document, prefix.slice(-REACH.prefix), suffix.slice(0, REACH.suffix)].join('\0');
}
