import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { EngineError } from '../../../contract/errors';
import { reasonOf, type HubFile } from './hub-files';

export interface DownloadOptions {
  readonly fetch: typeof fetch;
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes of the file are on the disk. */
  readonly onBytes?: ((done: number) => void) | undefined;
  /** Between attempts, in ms; doubled each time. */
  readonly pause?: number | undefined;
}

/** Attempts that bring nothing new before it is given up. */
const MOST_ATTEMPTS = 5;
const FIRST_PAUSE = 1000;
const MOST_PAUSE = 16_000;

/** An answer that another attempt would not change. */
class Final extends Error {}

/**
 * Downloads a file of the hub. What has come is kept in a `.part` beside it and gone on with, by this call after a broken
 * connection and by the next one after an end; only a file of the right length and checksum gets its name.
 *
 * @throws EngineError `import-refused`; the part stays for the next run unless its content is wrong
 */
export async function downloadFile(
  url: string,
  target: string,
  file: HubFile,
  options: DownloadOptions,
): Promise<void> {
  try {
    await downloadOnto(url, target, file, options);
  } catch (error) {
    throw isDiskError(error) ? asRefusal(file, error) : error;
  }
}

async function downloadOnto(
  url: string,
  target: string,
  file: HubFile,
  options: DownloadOptions,
): Promise<void> {
  const present = await fs.stat(target).catch(() => undefined);
  if (present?.size === file.bytes) {
    options.onBytes?.(file.bytes);
    return;
  }
  await fs.mkdir(path.dirname(target), { recursive: true });
  const part = `${target}.part`;
  for (let again = false; ; again = true) {
    await fetchWhole(url, part, file, options);
    if (await isRight(part, file)) break;
    await fs.rm(part);
    if (again) {
      throw failed(
        file,
        `its content does not have the checksum ${file.digest.value} that the hub names, twice in a row`,
      );
    }
  }
  await fs.rename(part, target);
}

async function fetchWhole(url: string, part: string, file: HubFile, options: DownloadOptions): Promise<void> {
  const { signal, pause = FIRST_PAUSE } = options;
  const handle = await fs.open(part, 'a+');
  try {
    let attempts = 0;
    for (;;) {
      const before = await usable(handle, file);
      if (before === file.bytes) break;
      const failure = await fetchOn(url, handle, before, file, options).catch((error: unknown) => error);
      signal?.throwIfAborted();
      if (failure === undefined) continue;
      if (isDiskError(failure)) throw failure as Error;
      if (failure instanceof EngineError || failure instanceof Final) throw asRefusal(file, failure);
      const gained = (await handle.stat()).size > before;
      attempts = gained ? 0 : attempts + 1;
      if (attempts >= MOST_ATTEMPTS) throw asRefusal(file, failure);
      await wait(Math.min(pause * 2 ** attempts, MOST_PAUSE), undefined, signal ? { signal } : {});
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** @returns how many bytes of the part count; one that is too long is none of this file's */
async function usable(handle: fs.FileHandle, { bytes }: HubFile): Promise<number> {
  const { size } = await handle.stat();
  if (size <= bytes) return size;
  await handle.truncate(0);
  return 0;
}

/** One request, from where the part ends; returns when the server has said all it says. */
async function fetchOn(
  url: string,
  handle: fs.FileHandle,
  start: number,
  file: HubFile,
  { fetch, onBytes }: DownloadOptions,
): Promise<undefined> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (start > 0) headers['range'] = `bytes=${start}-`;
  const response = await fetch(url, { headers });
  let done = await placeOf(response, handle, start, file);
  if (!response.body) throw new Error('the answer has no content');
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    done += chunk.byteLength;
    if (done > file.bytes) {
      await handle.truncate(0);
      throw new Final(`more than the ${file.bytes} bytes came that the hub names`);
    }
    await writeAll(handle, chunk);
    onBytes?.(done);
  }
  if (done < file.bytes) throw new Error(`the connection ended after ${done} of ${file.bytes} bytes`);
  return undefined;
}

/** @returns where the answer's content begins in the file */
async function placeOf(
  response: Response,
  handle: fs.FileHandle,
  start: number,
  file: HubFile,
): Promise<number> {
  const { status } = response;
  if (status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
    const fits = range && Number(range[1]) === start && (range[2] === '*' || Number(range[2]) === file.bytes);
    if (!fits)
      throw new Final(
        `the server sent the range “${response.headers.get('content-range')}” of ${file.bytes} bytes, from ${start} on`,
      );
    return start;
  }
  if (status === 416) {
    await handle.truncate(0);
    throw new Error('the server knows no such range');
  }
  if (status !== 200) {
    const message = `the server answered ${status}`;
    throw status === 408 || status === 429 || status >= 500 ? new Error(message) : new Final(message);
  }
  const length = response.headers.get('content-length');
  if (length !== null && Number(length) !== file.bytes) {
    throw new Final(`the server sends ${length} bytes; the hub names ${file.bytes}`);
  }
  // It began anew, asked or not.
  await handle.truncate(0);
  return 0;
}

/** The file is open for appending, so that its size is always where the next byte belongs. */
async function writeAll(handle: fs.FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.byteLength;) {
    done += (await handle.write(chunk, done, chunk.byteLength - done)).bytesWritten;
  }
}

async function isRight(part: string, { bytes, digest }: HubFile): Promise<boolean> {
  const hash = createHash(
    digest.kind === 'sha256' ? 'sha256' : digest.value.length === 64 ? 'sha256' : 'sha1',
  );
  if (digest.kind === 'git-sha1') hash.update(`blob ${bytes}\0`);
  for await (const chunk of createReadStream(part, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex') === digest.value;
}

function isDiskError(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return (
    code === 'ENOSPC' ||
    code === 'EDQUOT' ||
    code === 'EACCES' ||
    code === 'EROFS' ||
    code === 'EIO' ||
    code === 'EFBIG'
  );
}

function asRefusal(file: HubFile, error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new EngineError(
      'import-refused',
      `${file.path} could not be downloaded: the disk is full. Make room and run again: what has come is kept and gone on with.`,
      { cause: error },
    );
  }
  return failed(file, error instanceof Error ? reasonOf(error) : String(error), error);
}

function failed({ path: name }: HubFile, why: string, cause?: unknown): EngineError {
  return new EngineError(
    'import-refused',
    `${name} could not be downloaded: ${why}. Check the connection and run again: what has come is kept and gone on with.`,
    { cause },
  );
}
