import assert from 'node:assert/strict';
import { looksSecret, mostSimilarPassage } from '../../../src/context/similar-passage';

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

describe('looksSecret', () => {
  it('knows files that hold secrets by their names', () => {
    const secret = [
      '.env',
      'a/.env.local',
      'b/key.pem',
      '/home/me/.ssh/config',
      'id_rsa',
      'db-passwords.txt',
    ];
    for (const path of [...secret, 'C:\\x\\.npmrc', 'prod.tfvars', 'client_secret.json']) {
      assert.equal(looksSecret(path), true, path);
    }
    for (const path of ['src/cart.ts', 'environment.ts', 'tokenizer.ts', 'monkey.js', 'README.md']) {
      assert.equal(looksSecret(path), false, path);
    }
  });
});
