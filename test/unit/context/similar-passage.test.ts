import assert from 'node:assert/strict';
import { mostSimilarPassage } from '../../../src/context/similar-passage';

const CART = `export class Cart {
  constructor(items) {
    this.items = items;
  }

  totalPrice() {
    return this.items.reduce((sum, item) => sum + item.price, 0);
  }
}
`;
const WEATHER = `export function forecast(city) {
  return fetchWeather(city).then((weather) => weather.temperature);
}
`;

describe('mostSimilarPassage', () => {
  const others = [
    { path: 'weather.js', text: WEATHER },
    { path: 'cart.js', text: CART },
  ];

  it('finds what has names in common', () => {
    const found = mostSimilarPassage('const price = items.reduce((sum, item) => ', others, 500);
    assert.equal(found?.path, 'cart.js');
    assert.ok(found.text.includes('totalPrice'));
  });

  it('prefers what declares a name that is used', () => {
    assert.equal(
      mostSimilarPassage('const items = 1;\nlet sum = forecast(', others, 500)?.path,
      'weather.js',
    );
  });

  it('finds nothing where nothing is alike, and keeps to the budget', () => {
    assert.equal(mostSimilarPassage('zebra crossing', others, 500), undefined);
    assert.equal(mostSimilarPassage('items', [], 500), undefined);
    assert.ok(mostSimilarPassage('class Cart constructor items', others, 80)!.text.length <= 80);
  });
});
