import assert from 'node:assert/strict';
import { hoist, type Access } from '../../../../../scripts/train/backend/hoist';

interface Named extends Access {
  readonly name: string;
}

function command(name: string, reads: readonly (object | undefined)[], writes: readonly object[]): Named {
  const bound = [...reads, ...writes].filter((data) => data !== undefined);
  return { name, bound: new Set(bound), written: new Set(writes) };
}

describe('commands that are moved forward', () => {
  // Data stand for themselves: objects, told apart by identity.
  const [layer2, layer1, term2, term1, total2, total1] = Array.from({ length: 6 }, () => ({}));

  it('sums come right after what they add, and nothing else changes places', () => {
    const commands = [
      command('gradient of layer 2', [layer2], [term2!]),
      command('back to layer 1', [layer2], [layer1!]),
      command('gradient of layer 1', [layer1], [term1!]),
      command('sum 1', [term1], [total1!]),
      command('sum 2', [term2], [total2!]),
    ];
    const final = hoist(commands, [total1!, total2!, {}]);
    assert.deepEqual(
      commands.map(({ name }) => name),
      ['gradient of layer 2', 'sum 2', 'back to layer 1', 'gradient of layer 1', 'sum 1'],
    );
    assert.deepEqual(final, [4, 1, -1]);
  });

  it('a command stays behind who reads what it overwrites, and behind who wrote it before', () => {
    const commands = [
      command('first', [], [total1!]),
      command('reader', [total1], [layer1!]),
      command('elsewhere', [], [layer2!]),
      command('last', [], [total1!]),
    ];
    assert.deepEqual(hoist(commands, [total1!]), [2]);
    assert.deepEqual(
      commands.map(({ name }) => name),
      ['first', 'reader', 'last', 'elsewhere'],
    );
  });
});
