import type { Chooser } from '../../contract/chooser';
import type { Architecture, WeightPrecision } from '../graph/architecture';
import type { SPECIAL } from '../../text/special-tokens';
import type { Window } from '../../text/window';

/** The file of a bundle that says what it is and names the others. */
export const CONFIG_FILE = 'config.json';

export interface BundleFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Tells weights apart: the SHA-256 of their file, or those of all files, joined by `-`. */
export function weightsSha256({ files }: Pick<BundleConfig, 'files'>): string {
  return files.weights.map(({ sha256 }) => sha256).join('-');
}

/** config.json of a model bundle. */
export interface BundleConfig {
  readonly format: 1;
  readonly name: string;
  readonly precision: WeightPrecision;
  readonly architecture: Architecture;
  readonly window: Window;
  readonly specialTokens: Readonly<Record<keyof typeof SPECIAL, number>>;
  /** The abilities that the bundle has learned beyond filling masks. */
  readonly learned: { readonly expand: boolean; readonly remask: boolean; readonly guidance: boolean };
  /** The chance that a fill is right, by what is known of it: fitted on what the bundle writes. Absent: not fitted. */
  readonly chooser?: Chooser;
  /** Facts of the training, shown in the model card; not interpreted. */
  readonly training: Readonly<Record<string, string | number | boolean>>;
  readonly files: {
    readonly graph: BundleFile;
    /** One file, or several of at most 48 MB each. */
    readonly weights: readonly BundleFile[];
    readonly tokenizer: BundleFile;
  };
}
