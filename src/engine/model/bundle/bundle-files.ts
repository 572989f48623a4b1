/** The files of a model bundle, wherever they are: in a folder on a disk, or in memory. Messages name them by path. */
export interface BundleFiles {
  /** The bundle's folder. */
  readonly folder: string;
  pathOf(name: string): string;
  /** Why there can be no bundle here at all, as in “no such folder”; undefined where there may be one. */
  whyMissing(): Promise<string | undefined>;
  /** Undefined when there is no such file. */
  stat(name: string): Promise<BundleFileStat | undefined>;
  read(name: string): Promise<Uint8Array>;
  /** Stretches of a file, in bytes. */
  readStretches(name: string, stretches: readonly Stretch[]): Promise<Uint8Array[]>;
  /** SHA-256 of a file of any size, in hexadecimal. */
  sha256(name: string): Promise<string>;
  /** A file as ONNX Runtime takes it: its path, or its bytes. */
  forRuntime(name: string): string | Uint8Array;
}

/** A stretch of a file, in bytes. */
export interface Stretch {
  readonly offset: number;
  readonly bytes: number;
}

export interface BundleFileStat {
  readonly bytes: number;
  /** Its kind when it is no plain file, as in “a symbolic link”. */
  readonly oddity?: string | undefined;
}
