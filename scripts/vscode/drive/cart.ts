import type { EditorPosition } from './editor';

/** The file that most windows show: a JavaScript class, short enough for a screen. */
export const CART = `/** The articles that a customer has chosen. */
export class Cart {
  constructor(items = []) {
    this.items = items;
  }

  total() {
    let total = 0;
    for (const item of this.items) {
      total += item.price * item.count;
    }
    return total;
  }
}
`;

type Part = readonly [from: EditorPosition, to: EditorPosition];

/** The method `total`, the lines of its body, and the loop among them. */
export const METHOD: Part = [
  [7, 3],
  [13, 4],
];
export const BODY: Part = [
  [8, 5],
  [12, 18],
];
export const LOOP: Part = [
  [9, 5],
  [11, 6],
];
