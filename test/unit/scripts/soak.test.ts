import assert from 'node:assert/strict';
import path from 'node:path';
import { soak } from '../../../scripts/soak/soak';
import { HOST } from '../../support/engine/real-engine';
import { temporaryFolder, writeTinyBundle } from '../../../scripts/tiny-bundle/tiny-bundle';

describe('a sample of the soak', function () {
  this.timeout(120_000);

  it('answers mixed requests, through cancels, kills and model switches, and leaves no process', async () => {
    const root = temporaryFolder();
    const bundles = ['a', 'b'].map((name) => path.join(root, name));
    for (const folder of bundles) await writeTinyBundle(folder, 'f32');
    const { counts, faults, leftProcesses } = await soak({
      host: HOST,
      bundles,
      load: { provider: 'cpu', threads: 1 },
      seed: 3,
      goOn: (actions) => actions < 120,
    });
    assert.deepEqual(faults, []);
    assert.deepEqual(leftProcesses, []);
    for (const [action, count] of Object.entries(counts)) assert.ok(count > 0, `no ${action}`);
  });
});
