import type { OrtFiles } from './machine';

/** The source of an engine in a Worker: it has no disk of its own, so all is read for it. */
export interface WebSource {
  /** Where the bundle was read from. */
  readonly folder: string;
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly ort: OrtFiles;
}
