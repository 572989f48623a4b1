import fs from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '../../contract/errors';
import type { ImportedModel, ImportPhase, ImportRequest } from '../../contract/importing';
import { writeForeignBundle } from '../foreign/write-foreign-bundle';
import { parseArchitecture } from './architectures';
import {
  FOREIGN_ARCHITECTURES,
  type ForeignArchitecture,
  type ForeignModel,
  type ForeignSource,
} from './foreign-model';
import { oneLine, shown } from './import-error';
import { downloadCheckpoint } from './hub/download-checkpoint';
import { hubOf, parseHubId } from './hub/hub-files';
import { openCheckpoint } from './open-checkpoint';

export interface ImportRun {
  readonly signal?: AbortSignal | undefined;
  /** Where HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Bytes. */
  readonly onProgress?: ((phase: ImportPhase, done: number, all: number) => void) | undefined;
  /** Between attempts to get a file, in ms at first. */
  readonly pause?: number | undefined;
  /** Called once, when all files have been checked and before anything is written. */
  readonly onChecked?: ((checked: CheckedModel) => void) | undefined;
}

/** The facts found out about a model before it is written. */
export interface CheckedModel extends ImportedModel {
  readonly model: ForeignModel;
}

/**
 * Imports a checkpoint: gets it, if it is on the hub, checks that its files agree, and writes it as a bundle. Nothing is
 * at `out` until all of it is; what was downloaded stays beside it until then, for the next run to go on with.
 *
 * @throws EngineError `import-refused` saying what to do, ArchitectureUnknown when `architecture` has to be given
 */
export async function importModel(request: ImportRequest, run: ImportRun): Promise<CheckedModel> {
  const { source, out } = request;
  const architecture = architectureIn(request);
  checkName(request);
  await refuseFilled(out);
  const hubId = (await isThere(source)) ? undefined : parseHubId(source);
  if (!hubId) return writeChecked(await openCheckpoint(source, { architecture }), request, run);
  const downloads = `${path.resolve(out)}.download`;
  const { folder, origin } = await downloadCheckpoint(hubOf(run.environment), hubId, downloads, {
    architecture,
    signal: run.signal,
    pause: run.pause,
    onProgress: (done, all) => run.onProgress?.('downloading', done, all),
  });
  const checked = await writeChecked(await openCheckpoint(folder, { architecture, origin }), request, run);
  await fs.rm(downloads, { recursive: true, force: true });
  return checked;
}

function architectureIn({ architecture }: ImportRequest): ForeignArchitecture | undefined {
  if (architecture === undefined) return undefined;
  const known = parseArchitecture(architecture);
  if (known) return known;
  throw new EngineError(
    'import-refused',
    `There is no architecture “${architecture}”. Allowed choices are ${FOREIGN_ARCHITECTURES.join(', ')}.`,
  );
}

function checkName({ name }: ImportRequest): void {
  if (name === undefined || (name !== '' && oneLine(name) === name)) return;
  throw new EngineError(
    'import-refused',
    `The name ${shown(name)} cannot be a model's. Give one of 1 to 200 characters on one line.`,
  );
}

async function writeChecked(
  source: ForeignSource,
  request: ImportRequest,
  run: ImportRun,
): Promise<CheckedModel> {
  const { signal, onProgress, onChecked } = run;
  const name = request.name ?? nameOf(source.origin);
  try {
    signal?.throwIfAborted();
    const { model, origin, licence, notes } = source;
    const checked = { name, model, parameters: parametersOf(source), origin, licence, notes };
    onChecked?.(checked);
    let bytes = 0;
    await writeForeignBundle(source, request.out, {
      precision: request.precision,
      name,
      ...(signal ? { signal } : {}),
      onProgress: (done, all) => {
        bytes = all;
        onProgress?.('writing', done, all);
      },
    });
    onProgress?.('writing', bytes, bytes);
    return checked;
  } catch (error) {
    signal?.throwIfAborted();
    throw asRefusal(request.out, error);
  } finally {
    await source.close();
  }
}

function parametersOf({ tensors }: ForeignSource): number {
  return [...tensors.values()].reduce(
    (sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1),
    0,
  );
}

/** The model's part of a hub id, or the folder's name. */
function nameOf(origin: string): string {
  const name = origin
    .replace(/@[0-9a-f]{40}$/, '')
    .split('/')
    .at(-1)!;
  return oneLine(name) || 'imported';
}

function asRefusal(out: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new EngineError(
      'import-refused',
      `The disk is full: ${out} was not written, and nothing is left of it. Make room, or choose another folder for it.`,
      { cause: error },
    );
  }
  return error;
}

async function isThere(folder: string): Promise<boolean> {
  return (await fs.stat(folder).catch(() => undefined)) !== undefined;
}

async function refuseFilled(out: string): Promise<void> {
  const stat = await fs.stat(out).catch(() => undefined);
  if (stat && !stat.isDirectory()) {
    throw new EngineError('import-refused', `${out} is a file; the bundle needs a folder. Name another one.`);
  }
  if (!stat || (await fs.readdir(out)).length === 0) return;
  throw new EngineError(
    'import-refused',
    `${out} is not empty. Remove it, or name another folder for the bundle.`,
  );
}
