import fs from 'node:fs';

const NVIDIA = '/proc/driver/nvidia/gpus';

/** PCI addresses of this machine's NVIDIA GPUs (Linux); none where they cannot be told. */
function pciAddresses(): string[] {
  return fs.existsSync(NVIDIA) ? fs.readdirSync(NVIDIA).sort() : [];
}

/** How many processes `--gpus auto` means: one per GPU, one where GPUs cannot be counted. */
export function countGpus(): number {
  return Math.max(1, pciAddresses().length);
}

/**
 * Environment in which a process's default GPU is the `rank`-th. Dawn takes the first adapter and cannot tell two of
 * the same name apart; Mesa's device-select layer, which knows this variable, puts the one wanted first for any driver.
 */
export function gpuEnvironment(rank: number): Record<string, string> {
  const address = pciAddresses()[rank];
  return address === undefined ? {} : { DRI_PRIME: `pci-${address.replace(/[:.]/g, '_')}` };
}
