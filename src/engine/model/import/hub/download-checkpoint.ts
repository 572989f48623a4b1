import fs from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '../../../contract/errors';
import { refusal } from '../import-error';
import { PAPER } from '../licence';
import { readModel, type OpenCheckpointOptions } from '../open-checkpoint';
import { staysInside, SourceFolder } from '../source-folder';
import { INDEX_FILE, weightFileNames } from '../weight-files';
import { downloadFile } from './download-file';
import { fetchFrom, fileUrl, hubError, listModel, type Hub, type HubFile, type HubId } from './hub-files';

export interface DownloadedCheckpoint {
  readonly folder: string;
  /** `owner/name@commit`. */
  readonly origin: string;
}

export interface CheckpointDownload extends OpenCheckpointOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
  /** See `DownloadOptions`. */
  readonly pause?: number | undefined;
}

/** The files that are needed of a repository beside its weights. */
const SMALL_FILE =
  /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|model\.safetensors\.index)\.json$/;
const SPARE_BYTES = 50e6;

/**
 * Downloads a checkpoint: first the small files, which say whether the model can be imported at all, then its weights.
 *
 * @param parent holds a folder for the commit; what earlier runs left there for the same commit is gone on with
 * @throws EngineError `import-refused`, ArchitectureUnknown
 */
export async function downloadCheckpoint(
  hub: Hub,
  id: HubId,
  parent: string,
  options: CheckpointDownload = {},
): Promise<DownloadedCheckpoint> {
  const { signal, onProgress, pause } = options;
  const { commit, files } = await listModel(hub, id, signal);
  const folder = path.join(parent, commit);
  await keepOnly(parent, commit);
  await fs.mkdir(folder, { recursive: true });
  const origin = `${id.name}@${commit}`;
  const fetch = fetchFrom(hub, signal);
  const get = async (file: HubFile, onBytes?: (done: number) => void): Promise<void> => {
    try {
      await downloadFile(fileUrl(hub, id, commit, file.path), path.join(folder, file.path), file, {
        fetch,
        signal,
        onBytes,
        pause,
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw hubError(hub, id, error);
    }
  };

  for (const file of files) if (SMALL_FILE.test(file.path) || PAPER.test(file.path)) await get(file);
  const names = files.map((file) => file.path).filter((name) => !name.includes('/'));
  const source = await SourceFolder.open(folder, names);
  let weights: readonly HubFile[];
  try {
    await readModel(source, { ...options, origin });
    weights = (await weightFileNames(source)).map((name) => listed(files, name));
  } catch (error) {
    await removeWithoutWeights(parent);
    throw error;
  }
  const all = weights.reduce((sum, { bytes }) => sum + bytes, 0);
  await requireSpace(folder, weights);
  let before = 0;
  for (const file of weights) {
    await get(file, (done) => onProgress?.(before + done, all));
    before += file.bytes;
  }
  return { folder, origin };
}

function listed(files: readonly HubFile[], name: string): HubFile {
  const file = files.find((one) => one.path === name);
  if (file && staysInside(name)) return file;
  throw refusal(
    INDEX_FILE,
    `it names ${JSON.stringify(name)}, which the repository does not have`,
    'Ask the model’s authors, or choose another version with owner/name@commit.',
  );
}

/** Removes what was downloaded of other commits: `main` has moved on. */
async function keepOnly(parent: string, commit: string): Promise<void> {
  const present = await fs.readdir(parent).catch(() => [] as string[]);
  for (const name of present) {
    if (name !== commit) await fs.rm(path.join(parent, name), { recursive: true, force: true });
  }
}

/** Small files alone are not worth keeping. */
async function removeWithoutWeights(parent: string): Promise<void> {
  const present = await fs.readdir(parent, { recursive: true });
  if (present.some((name) => /\.safetensors(\.part)?$/.test(name))) return;
  await fs.rm(parent, { recursive: true, force: true });
}

async function requireSpace(folder: string, files: readonly HubFile[]): Promise<void> {
  const { bavail, bsize } = await fs.statfs(folder);
  let needed = SPARE_BYTES;
  for (const { path: name, bytes } of files) {
    const present = await Promise.all(
      [name, `${name}.part`].map((file) => fs.stat(path.join(folder, file)).catch(() => undefined)),
    );
    needed += Math.max(0, bytes - Math.max(...present.map((stat) => stat?.size ?? 0)));
  }
  if (needed <= bavail * bsize) return;
  throw new EngineError(
    'import-refused',
    `The weights need ${megabytes(needed)} in ${folder}, where ${megabytes(bavail * bsize)} are free. ` +
      'Make room, or choose another --out, beside which they are downloaded.',
  );
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
