import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CLIENTS } from '../../../../../scripts/train/corpus/clients';
import { cachedFile, fetchSources } from '../../../../../scripts/train/corpus/fetch';
import { loadSources, type Source } from '../../../../../scripts/train/corpus/manifest';
import { CorpusError } from '../../../../../scripts/train/corpus/types';

/** The real clients and registries, for a small package of each kind; skipped where they cannot be reached. */
describe('downloading from the registries', () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'registries-'))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const fetch = async (source: Source): Promise<string[]> => {
    const files: string[] = [];
    for await (const { file } of fetchSources([source], folder, () => undefined)) files.push(file);
    return files;
  };

  for (const kind of ['pypi', 'crate', 'maven', 'go'] as const)
    it(`brings ${CLIENTS[kind].about} that are what is pinned`, async function () {
      this.timeout(60_000);
      const missing = CLIENTS[kind].missing();
      if (missing.length > 0) {
        console.log(`      skipped: ${missing.join(', ')} is not on this machine`);
        this.skip();
      }
      const [source] = loadSources(2200)
        .filter((candidate) => candidate.kind === kind)
        .sort((a, b) => a.size! - b.size!);
      try {
        assert.deepEqual(await fetch(source!), [cachedFile(folder, source!)]);
      } catch (error) {
        if (!(error instanceof CorpusError && error.code === 'download')) throw error;
        console.log(`      skipped: ${error.message.split('\n').slice(0, 2).join(' ')}`);
        this.skip();
      }
      assert.deepEqual(fs.readdirSync(folder), [path.basename(cachedFile(folder, source!))]);

      // A second run of pip and Maven takes seconds, and integrity is checked alike whoever brings a file.
      if (kind === 'pypi' || kind === 'maven') return;
      fs.rmSync(cachedFile(folder, source!));
      const other = { ...source!, integrity: `sha256-${'0'.repeat(64)}` };
      await assert.rejects(fetch(other), { code: 'integrity' });
      assert.ok(!fs.existsSync(cachedFile(folder, other)));
    });
});
