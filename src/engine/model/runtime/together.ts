import { MOST_TOGETHER, type LoadOptions } from '../../contract/engine';
import { EngineError } from '../../contract/errors';
import type { ProviderName } from '../../contract/provider';

/**
 * How many requests may be under way at once.
 *
 * @returns what tells it for a provider
 * @throws EngineError `bad-request`
 */
export function checkTogether({ together = 1 }: LoadOptions): (provider: ProviderName) => number {
  const { webgpu, others } = typeof together === 'number' ? { webgpu: together, others: together } : together;
  const wrong = [webgpu, others].find((most) => !Number.isInteger(most) || most < 1 || most > MOST_TOGETHER);
  if (wrong === undefined) return (provider) => (provider === 'webgpu' ? webgpu : others);
  throw new EngineError(
    'bad-request',
    `“together” must be a whole number from 1 to ${MOST_TOGETHER}, not ${wrong}.`,
  );
}
