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
 * Environment in which a process has the `rank`-th GPU alone. WebGPU cannot tell two of the same name apart, and Dawn
 * takes the last of them; Mesa's device-select layer, which knows these variables, shows one device of any driver.
 */
export function gpuEnvironment(rank: number): Record<string, string> {
  const address = pciAddresses()[rank];
  if (address === undefined) return {};
  return {
    DRI_PRIME: `pci-${address.replace(/[:.]/g, '_')}`,
    MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE: '1',
  };
}
