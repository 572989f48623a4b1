import { LRUCache } from 'lru-cache';
import { placeKey, type CachedPlace } from './completion-cache';

const MOST_PLACES = 200;

/** The suggestions that the user did not want, until the text around them changes. */
export class Dismissed {
  readonly #places = new LRUCache<string, readonly string[]>({ max: MOST_PLACES });

  add(place: CachedPlace, texts: readonly string[]): void {
    const key = placeKey(place);
    this.#places.set(key, [...(this.#places.get(key) ?? []), ...texts]);
  }

  has(place: CachedPlace, text: string): boolean {
    return this.#places.get(placeKey(place))?.includes(text) ?? false;
  }
}
