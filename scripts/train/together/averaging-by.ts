import { activeGpu } from '../backend/gpu';
import type { Averaging } from './averaging';
import { DeviceAveraging, type DeviceAveragingOptions } from './device-averaging';
import type { Exchange } from './exchange';
import { HostAveraging } from './host-averaging';

/**
 * Averages by the exchange, on the device where kernels run. Each of N processes writes its numbers once and reads those
 * of the N − 1 others, so what a process moves grows with N; few GPUs share a machine.
 *
 * @param options for the device; elsewhere they mean nothing
 */
export function averagingBy(exchange: Exchange, options: DeviceAveragingOptions = {}): Averaging {
  const gpu = activeGpu();
  return gpu === undefined ? new HostAveraging(exchange) : new DeviceAveraging(gpu, exchange, options);
}
