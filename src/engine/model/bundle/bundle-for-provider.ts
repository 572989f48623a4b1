import type { ProviderName } from '../../contract/provider';
import { isQuantized } from '../graph/architecture';

/**
 * Chooses among bundles of one model: quantised weights for the CPU, whose integer products they are made for; others for
 * a GPU, which computes quantised graphs wrongly or slowly.
 *
 * @param bundles preferred ones first
 * @returns the first that suits, or else the first; undefined when there is none
 */
export function bundleForProvider<Bundle extends { readonly precision: string }>(
  bundles: readonly Bundle[],
  provider: ProviderName | 'auto',
): Bundle | undefined {
  const onCpu = provider === 'cpu' || provider === 'auto';
  return bundles.find(({ precision }) => isQuantized(precision) === onCpu) ?? bundles[0];
}
