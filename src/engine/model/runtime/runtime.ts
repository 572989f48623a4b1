import type { Tokenizer } from '../../text/tokenizer';
import type { BundleConfig } from '../bundle/bundle-config';
import type { KeptContexts } from '../predictor/kept-contexts';
import type { MaskPredictor } from '../predictor/mask-predictor';

/** The parts of the loaded model that a request needs. */
export interface Runtime {
  readonly config: Pick<BundleConfig, 'window' | 'learned'>;
  readonly tokenizer: Tokenizer;
  readonly predictor: MaskPredictor;
  /** Absent: nothing is kept from one request to the next while somebody types. */
  readonly kept?: KeptContexts | undefined;
}
