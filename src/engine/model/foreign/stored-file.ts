import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import type { BundleFile } from '../bundle/bundle-config';

/** A file of a bundle on its way to the disk, from its beginning to its end. */
export class StoredFile {
  readonly #hash = createHash('sha256');
  #bytes = 0;

  private constructor(
    readonly name: string,
    private readonly handle: fs.FileHandle,
  ) {}

  static async create(path: string, name: string): Promise<StoredFile> {
    return new StoredFile(name, await fs.open(path, 'wx'));
  }

  /** @param offset where the data belongs; zeros fill what is left out */
  async write(data: ArrayBufferView, offset = this.#bytes): Promise<void> {
    if (offset > this.#bytes) await this.#append(new Uint8Array(offset - this.#bytes));
    await this.#append(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  /** Synced, and described as config.json wants it. */
  async end(): Promise<BundleFile> {
    await this.handle.sync();
    await this.close();
    return { name: this.name, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  async #append(data: Uint8Array): Promise<void> {
    for (let done = 0; done < data.length;) {
      done += (await this.handle.write(data, done, data.length - done)).bytesWritten;
    }
    this.#hash.update(data);
    this.#bytes += data.length;
  }
}
