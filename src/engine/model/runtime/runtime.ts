import type { Tokenizer } from '../../text/tokenizer';
import type { BundleConfig } from '../bundle/bundle-config';
import type { KeptContexts } from '../predictor/kept-contexts';
import type { MaskPredictor } from '../predictor/mask-predictor';

/** Contexts that are kept by name: `KeptContexts`, or a request's way to them. */
export interface Keeping {
  readonly read: KeptContexts['read'];
  forget(name: string): void | Promise<void>;
}

/** What a request needs of the loaded model. */
export interface Runtime {
  readonly config: Pick<BundleConfig, 'window' | 'learned'>;
  readonly tokenizer: Tokenizer;
  readonly predictor: MaskPredictor;
  /** Absent: nothing is kept from one request to the next while somebody types. */
  readonly kept?: Keeping | undefined;
}
