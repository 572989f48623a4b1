import { createHash } from 'node:crypto';
import fs from 'node:fs';
import fsp from 'node:fs/promises';
import path from 'node:path';
import type { BundleFiles, BundleFileStat, Stretch } from './bundle-files';

/** The files of a bundle in a folder of this machine. */
export class FolderFiles implements BundleFiles {
  constructor(readonly folder: string) {}

  pathOf(name: string): string {
    return path.join(this.folder, name);
  }

  async whyMissing(): Promise<string | undefined> {
    const stat = await fsp.stat(this.folder).catch(() => undefined);
    if (stat?.isDirectory()) return undefined;
    return stat ? 'it is not a folder' : 'no such folder';
  }

  async stat(name: string): Promise<BundleFileStat | undefined> {
    // Links are not followed: one could lead anywhere, and what it leads to could be changed after the check.
    const stat = await fsp.lstat(this.pathOf(name)).catch(() => undefined);
    if (!stat) return undefined;
    const oddity = stat.isSymbolicLink() ? 'a symbolic link' : stat.isFile() ? undefined : 'not a file';
    return { bytes: stat.size, oddity };
  }

  read(name: string): Promise<Uint8Array> {
    return fsp.readFile(this.pathOf(name));
  }

  async readStretches(name: string, stretches: readonly Stretch[]): Promise<Uint8Array[]> {
    const file = await fsp.open(this.pathOf(name));
    try {
      return await Promise.all(
        stretches.map(async ({ offset, bytes }) => {
          const { bytesRead, buffer } = await file.read(new Uint8Array(bytes), 0, bytes, offset);
          if (bytesRead < bytes) throw new Error(`${this.pathOf(name)} ends too early: it has been changed`);
          return buffer;
        }),
      );
    } finally {
      await file.close();
    }
  }

  async sha256(name: string): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of fs.createReadStream(this.pathOf(name), { highWaterMark: 1 << 20 })) {
      hash.update(chunk as Buffer);
    }
    return hash.digest('hex');
  }

  forRuntime(name: string): string {
    return this.pathOf(name);
  }
}
