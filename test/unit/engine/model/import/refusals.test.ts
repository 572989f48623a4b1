import assert from 'node:assert/strict';
import path from 'node:path';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { CONTENT_REFUSALS } from '../../../../support/import/content-refusals';
import { FILE_REFUSALS } from '../../../../support/import/file-refusals';
import { assertRefused, readWhole } from '../../../../support/import/import-cases';
import { messagesIn, unseen } from '../../../../support/messages';
import { tinyCheckpoint, writeCheckpoint } from '../../../../support/import/tiny-checkpoint';

describe('every refusal of a checkpoint', () => {
  const seen: string[] = [];

  for (const [name, { base, config = {}, change, write, edit, architecture, names }] of Object.entries({
    ...FILE_REFUSALS,
    ...CONTENT_REFUSALS,
  })) {
    it(`names what is wrong and what to do: ${name}`, async () => {
      const folder = path.join(temporaryFolder(), 'model');
      const checkpoint = tinyCheckpoint(base);
      Object.assign(checkpoint.config, config);
      change?.(checkpoint);
      writeCheckpoint(folder, checkpoint, write);
      edit?.(folder);
      const refused = readWhole(folder, architecture).catch((error: unknown) => {
        seen.push((error as Error).message);
        throw error;
      });
      await assertRefused(refused, names);
    });
  }

  it('is listed here', () => {
    const messages = messagesIn('src/engine/model/import', /^(refusal|wrong|differs|blind)$/).filter(
      // Those of the hub are with the imports from it; a file is changed while it is read in no test.
      ({ where, pattern }) => !where.includes('/hub/') && !/far too many|become shorter/.test(pattern.source),
    );
    assert.ok(messages.length > 60, String(messages.length));
    // The file stands before them.
    const anywhere = messages.map(({ where, pattern }) => ({
      where,
      pattern: new RegExp(pattern.source.replace(/^\^/, '')),
    }));
    assert.deepEqual(unseen(anywhere, seen), []);
  });
});
