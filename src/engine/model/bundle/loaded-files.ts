import { EngineError } from '../../contract/errors';
import type { BundleFiles, BundleFileStat, Stretch } from './bundle-files';

/** The files of a bundle that somebody else has read: where there is no disk. What was not read is not there. */
export class LoadedFiles implements BundleFiles {
  /** @param folder where they were read from */
  constructor(
    readonly folder: string,
    private readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  ) {}

  pathOf(name: string): string {
    return `${this.folder}/${name}`;
  }

  whyMissing(): Promise<string | undefined> {
    return Promise.resolve(this.files.size > 0 ? undefined : 'nothing could be read there');
  }

  stat(name: string): Promise<BundleFileStat | undefined> {
    const bytes = this.files.get(name);
    return Promise.resolve(bytes && { bytes: bytes.length });
  }

  read(name: string): Promise<Uint8Array> {
    return Promise.resolve(this.#bytes(name));
  }

  readStretches(name: string, stretches: readonly Stretch[]): Promise<Uint8Array[]> {
    const all = this.#bytes(name);
    return Promise.resolve(stretches.map(({ offset, bytes }) => all.slice(offset, offset + bytes)));
  }

  async sha256(name: string): Promise<string> {
    const { subtle } = crypto as Partial<typeof crypto>;
    if (!subtle) {
      throw new EngineError(
        'internal',
        'The model cannot be checked here: that needs a secure (https) page. Open this page by https.',
      );
    }
    const digest = await subtle.digest('SHA-256', this.#bytes(name));
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  forRuntime(name: string): Uint8Array {
    return this.#bytes(name);
  }

  #bytes(name: string): Uint8Array<ArrayBuffer> {
    const bytes = this.files.get(name);
    if (!bytes) throw new Error(`${this.pathOf(name)} has not been read`);
    return bytes;
  }
}
