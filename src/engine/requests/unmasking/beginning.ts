import type { StartName } from '../../contract/candidates';
import type { CellStart } from '../../diffusion/canvas';
import type { Sampling } from '../../diffusion/sampling';

/** The start of one candidate. */
export interface Beginning {
  /** Several that come to the same. */
  readonly names: readonly StartName[];
  readonly holes: readonly (readonly CellStart[])[];
  /** Instead of the request's. */
  readonly sampling?: Sampling;
  /** True when the surest position gets its second most probable token. */
  readonly second?: boolean;
}
