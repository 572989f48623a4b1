import type { Decoding } from '../../contract/reverse-process';
import type { Tokenizer } from '../../text/tokenizer';
import type { BundleConfig } from '../bundle/bundle-config';
import type { KeptContexts } from '../predictor/kept-contexts';
import type { MaskPredictor } from '../predictor/mask-predictor';

/** Contexts that are kept by name: `KeptContexts`, or a request's way to them. */
export interface Keeping {
  readonly read: KeptContexts['read'];
  forget(name: string): void | Promise<void>;
}

/** How an imported model is decoded; all absent for this project's own. */
export interface ForeignHabits {
  /** False: a file's path is no part of what the model is shown. */
  readonly readsPaths?: boolean;
  /** Unless a request says otherwise. Absent: `llada`. */
  readonly decoding?: Decoding;
  /** True when a mask that is deleted takes the masks behind it along. */
  readonly deleteTakesAllBehind?: boolean;
}

/** The loaded model, as requests need it. */
export interface Runtime {
  readonly config: Pick<BundleConfig, 'window' | 'learned' | 'chooser'> & ForeignHabits;
  readonly tokenizer: Tokenizer;
  readonly predictor: MaskPredictor;
  /** Absent: nothing is kept from one request to the next while somebody types. */
  readonly kept?: Keeping | undefined;
}
