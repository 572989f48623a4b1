import { spawn } from 'node:child_process';
import fs from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { bareName } from './client';
import { label, type Source } from './manifest';
import { CorpusError } from './types';
import { readZip } from './zip';

export interface ArchiveFile {
  /** Path in the package, without its top folder. */
  readonly path: string;
  readonly body: Buffer;
}

/**
 * Streams the regular files of a downloaded package. Nothing is written, links are not followed, and names that lead
 * out of the package are passed over.
 *
 * @param wants decides by path and declared size which bodies are read into memory
 * @throws CorpusError `archive` when the file is damaged or cannot be unpacked here
 */
export async function* readArchive(file: string, source: Source, wants: Wants): AsyncGenerator<ArchiveFile> {
  try {
    yield* /\.(whl|jar|zip)$/.test(file) ? unzip(file, source, wants) : untar(file, source, wants);
  } catch (error) {
    if (error instanceof CorpusError) throw error;
    throw new CorpusError(
      'archive',
      `${label(source)}: ${file} cannot be unpacked (${error instanceof Error ? error.message : String(error)}). ` +
        `Delete it and run again to download it afresh.`,
      { cause: error },
    );
  }
}

type Wants = (path: string, size: number) => boolean;

async function* unzip(file: string, source: Source, wants: Wants): AsyncGenerator<ArchiveFile> {
  // The top folder of a Go module is its name, which may hold slashes, and version.
  const top = source.kind === 'go' ? `${bareName(source)}@${source.version}/` : '';
  const pathOf = (name: string): string | undefined =>
    name.startsWith(top) ? pathInPackage(name.slice(top.length), false) : undefined;
  const wanted = (name: string, size: number): boolean => {
    const path = pathOf(name);
    return path !== undefined && wants(path, size);
  };
  for await (const { name, body } of readZip(file, wanted)) yield { path: pathOf(name)!, body };
}

async function* untar(file: string, source: Source, wants: Wants): AsyncGenerator<ArchiveFile> {
  const tar = extract();
  const feeding = feed(file, source, tar);
  // The loop below reports what goes wrong here: a failing feed destroys `tar`.
  feeding.catch(() => undefined);
  try {
    for await (const entry of tar) {
      const { name, type, size } = entry.header;
      const path =
        type === 'file' || type === 'contiguous-file'
          ? pathInPackage(name, source.kind !== 'deb')
          : undefined;
      if (path === undefined || !wants(path, size)) {
        entry.resume();
        continue;
      }
      const chunks: Buffer[] = [];
      for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
      yield { path, body: Buffer.concat(chunks) };
    }
    await feeding;
  } catch (error) {
    // What the feed met is the cause of what the loop met.
    await feeding;
    throw error;
  } finally {
    tar.destroy();
  }
}

/** The path without `./` and the top folder; undefined when it is absolute or climbs. */
export function pathInPackage(name: string, dropTop: boolean): string | undefined {
  const path = name.replace(/^(\.\/)+/, '');
  const segments = path.split('/');
  const climbs = segments.some((segment) => segment === '..' || segment === '.' || segment === '');
  if (climbs || path.includes('\\') || path.includes('\0')) return undefined;
  const inside = dropTop ? segments.slice(1) : segments;
  return inside.length > 0 ? inside.join('/') : undefined;
}

async function feed(file: string, source: Source, tar: ReturnType<typeof extract>): Promise<void> {
  if (source.kind === 'npm' || source.kind === 'crate' || file.endsWith('gz')) {
    const packed = fs.createReadStream(file, { highWaterMark: 1 << 20 });
    return pipeline(packed, createGunzip({ chunkSize: 1 << 18 }), tar);
  }
  const [command, args] =
    source.kind === 'deb'
      ? (['dpkg-deb', ['--fsys-tarfile', file]] as const)
      : ([file.endsWith('xz') ? 'xz' : 'bzip2', ['-dc', file]] as const);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const complaint = text(child.stderr);
  const exit = new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else void complaint.then((words) => reject(new Error(`${command} failed: ${words.trim()}`)));
    });
  });
  try {
    await Promise.all([exit, pipeline(child.stdout, tar)]);
  } catch (error) {
    child.kill();
    tar.destroy(error as Error);
    throw error;
  }
}

async function text(stream: Readable): Promise<string> {
  let words = '';
  for await (const chunk of stream) if (words.length < 1000) words += String(chunk);
  return words;
}
