import type { FileHandle } from 'node:fs/promises';
import fs from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from '../../contract/errors';
import { refusal } from './import-error';
import { parseStrictObject, type JsonObject } from './strict-json';

/** More than any JSON file of a checkpoint has. */
const MOST_TEXT_BYTES = 200e6;
/** The folder that the hub's own cache keeps files in; its snapshots are links to them. */
const CACHED_FILE = /(^|[\\/])models--[^\\/]+[\\/]blobs[\\/][^\\/]+$/;

/** A folder of a checkpoint, as the hub has it. Nothing outside of it is read, but for the hub's own cache. */
export class SourceFolder {
  private constructor(
    readonly folder: string,
    private readonly real: string,
    /** Names of the files directly in it. */
    readonly names: readonly string[],
  ) {}

  /**
   * Opens a folder; of the hub's cache also the folder of a repository, which then means its `main`.
   *
   * @param names the files that belong into it, where they are not all there yet
   * @throws EngineError `import-refused`
   */
  static async open(given: string, names?: readonly string[]): Promise<SourceFolder> {
    const stat = await fs.stat(given).catch(() => undefined);
    if (!stat?.isDirectory()) {
      throw new EngineError(
        'import-refused',
        `There is no folder ${given} to import from. ` +
          'Check the path: it must be a folder with config.json and *.safetensors, or the id of a model on the hub, as in owner/name.',
      );
    }
    const folder = (await snapshotIn(given)) ?? given;
    return new SourceFolder(folder, await fs.realpath(folder), names ?? (await fs.readdir(folder)).sort());
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  /**
   * Path of a file of the checkpoint.
   *
   * @param name relative to the folder, as config or index have it
   * @param namedIn the file that names it, for messages
   * @throws EngineError `import-refused` when it is missing, no file, or outside of the folder
   */
  async pathOf(name: string, namedIn?: string): Promise<string> {
    const by = namedIn ?? name;
    if (!staysInside(name)) {
      throw refusal(
        by,
        `it names the file ${JSON.stringify(name)}, which is outside of the folder`,
        'Give a checkpoint whose files all lie in its folder.',
      );
    }
    const file = path.join(this.folder, name.replaceAll('\\', '/'));
    const real = await fs.realpath(file).catch(() => undefined);
    const stat = real === undefined ? undefined : await fs.stat(real);
    if (real === undefined || stat === undefined) {
      const link = await fs.lstat(file).catch(() => undefined);
      const what = link
        ? 'it is a link to a file that is not there'
        : namedIn === undefined
          ? 'there is no such file in the folder'
          : `there is no such file, but ${namedIn} names it`;
      throw refusal(name, what, 'Get the whole checkpoint: every file of the repository.');
    }
    if (!stat.isFile()) throw refusal(name, 'it is not a file', 'Get the whole checkpoint again.');
    if (!isInside(this.real, real) && !CACHED_FILE.test(real)) {
      throw refusal(name, 'it is a link that leads out of the folder', 'Put the file itself in its place.');
    }
    return file;
  }

  async readBytes(name: string): Promise<Uint8Array> {
    const file = await this.pathOf(name);
    const { size } = await fs.stat(file);
    if (size > MOST_TEXT_BYTES)
      throw refusal(name, `it has ${size} bytes, far too many`, 'Get the file again.');
    return fs.readFile(file);
  }

  async readText(name: string): Promise<string> {
    const bytes = await this.readBytes(name);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw refusal(name, 'it is not UTF-8 text', 'Get the file again.');
    }
  }

  async readObject(name: string): Promise<JsonObject> {
    return parseStrictObject(name, await this.readText(name));
  }

  /** The same for a file that need not be there: then an empty object. */
  async readObjectIfThere(name: string): Promise<JsonObject> {
    return this.has(name) ? this.readObject(name) : (Object.create(null) as JsonObject);
  }

  async openFile(name: string, namedIn?: string): Promise<{ handle: FileHandle; size: number }> {
    const handle = await fs.open(await this.pathOf(name, namedIn), 'r');
    return { handle, size: (await handle.stat()).size };
  }
}

/** Tells whether a name that a checkpoint gives a file stays within its folder, on every system. */
export function staysInside(name: string): boolean {
  const relative = name.replaceAll('\\', '/');
  if (relative === '' || path.posix.isAbsolute(relative) || path.win32.isAbsolute(name)) return false;
  const normal = path.posix.normalize(relative);
  return normal !== '..' && !normal.startsWith('../') && !/^[A-Za-z]:/.test(name);
}

function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return (
    relative !== '' &&
    !relative.startsWith(`..${path.sep}`) &&
    relative !== '..' &&
    !path.isAbsolute(relative)
  );
}

/** The snapshot that `main` means, where the folder is a repository's of the hub's cache. */
async function snapshotIn(folder: string): Promise<string | undefined> {
  const commit = await fs.readFile(path.join(folder, 'refs', 'main'), 'utf8').catch(() => undefined);
  if (commit === undefined || !/^[0-9a-f]{40}$/.test(commit.trim())) return undefined;
  const snapshot = path.join(folder, 'snapshots', commit.trim());
  const stat = await fs.stat(snapshot).catch(() => undefined);
  return stat?.isDirectory() ? snapshot : undefined;
}
