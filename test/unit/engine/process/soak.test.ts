import assert from 'node:assert/strict';
import path from 'node:path';
import { soak, type SoakLine } from '../../../../scripts/soak-engine/soak';
import { temporaryFolder, writeTinyBundle } from '../../../../scripts/tiny-bundle/tiny-bundle';
import { withEngine } from '../../../support/engine/real-engine';

describe('many random requests in sequence, some cancelled at random moments', function () {
  this.timeout(120_000);

  it('are all answered, fills stay right and memory stays flat', async () => {
    const folder = path.join(temporaryFolder(), 'tiny');
    await writeTinyBundle(folder, 'int8');
    const text = 'export function add(a: number, b: number): number {\n  return a + b;\n}\n'.repeat(60);
    await withEngine(folder, async (engine) => {
      const lines: SoakLine[] = [];
      for await (const line of soak(engine, { requests: 120, cancels: 24, seed: 7, text, every: 20 }))
        lines.push(line);
      assert.equal(lines.at(-1)!.requests, 120);
      // Heaps and arenas find their size in the first third.
      const settled = Math.max(...lines.slice(0, 2).map(({ residentBytes }) => residentBytes));
      const end = lines.at(-1)!.residentBytes;
      assert.ok(end < 1.25 * settled, `${settled} bytes grew to ${end}`);
    });
  });
});
