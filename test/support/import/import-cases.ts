import assert from 'node:assert/strict';
import path from 'node:path';
import { EngineError } from '../../../src/engine/contract/errors';
import type { ForeignArchitecture, ForeignModel } from '../../../src/engine/model/import/foreign-model';
import { openCheckpoint } from '../../../src/engine/model/import/open-checkpoint';
import { readValues } from '../../../src/engine/model/import/tensor-reader';
import { temporaryFolder } from '../../../scripts/tiny-bundle/tiny-bundle';
import { WHAT_TO_DO } from '../messages';
import {
  tinyCheckpoint,
  writeCheckpoint,
  type Base,
  type TestCheckpoint,
  type WriteOptions,
} from './tiny-checkpoint';

/** A checkpoint, what is different about it, and what comes of it. */
export interface ImportCase {
  readonly base?: Base;
  readonly change?: (checkpoint: TestCheckpoint) => void;
  readonly write?: WriteOptions;
  readonly architecture?: ForeignArchitecture;
  /** Parts of the refusal: file, field, tensor. */
  readonly refused?: readonly (string | RegExp)[];
  /** Of what is imported. */
  readonly imported?: Partial<ForeignModel>;
}

/** Makes the case's folder, opens it and reads every weight. */
export async function openCase(
  { base, change, write, architecture }: ImportCase,
  folder = path.join(temporaryFolder(), 'checkpoint'),
): Promise<ForeignModel> {
  const checkpoint = tinyCheckpoint(base);
  change?.(checkpoint);
  writeCheckpoint(folder, checkpoint, write);
  return readWhole(folder, architecture);
}

/** Opens a checkpoint and reads every weight. */
export async function readWhole(folder: string, architecture?: ForeignArchitecture): Promise<ForeignModel> {
  const source = await openCheckpoint(folder, { architecture });
  try {
    for (const tensor of source.tensors.values()) {
      await readValues(
        tensor,
        0,
        tensor.shape.reduce((product, extent) => product * extent, 1),
      );
    }
    return source.model;
  } finally {
    await source.close();
  }
}

/** A test for each case, by name. */
export function importCases(cases: Readonly<Record<string, ImportCase>>): void {
  for (const [name, one] of Object.entries(cases)) {
    it(name, async () => {
      if (one.refused) await assertRefused(openCase(one), one.refused);
      else {
        const model: Partial<Record<string, unknown>> = { ...(await openCase(one)) };
        for (const [field, value] of Object.entries(one.imported ?? {}))
          assert.deepEqual(model[field], value, field);
      }
    });
  }
}

/** A refusal names what is wrong, and says what to do. */
export async function assertRefused(
  run: Promise<unknown>,
  names: readonly (string | RegExp)[],
): Promise<void> {
  await assert.rejects(run, (error) => {
    assert.ok(error instanceof EngineError, String(error));
    assert.equal(error.code, 'import-refused', error.message);
    for (const name of names) {
      const found = typeof name === 'string' ? error.message.includes(name) : name.test(error.message);
      assert.ok(found, `${String(name)} is not in: ${error.message}`);
    }
    assert.match(error.message, IMPORT_ADVICE);
    return true;
  });
}

/** The advice that a refusal gives its reader. */
const IMPORT_ADVICE = new RegExp(
  `${WHAT_TO_DO.source}|Get |get (it|the file) again|Import |Merge |Remove|remove that entry|have the file written anew|Ask the|cannot be imported`,
);
