import os from 'node:os';
import type { ProviderName } from '../../contract/provider';
import { CrashRecord } from './crash-record';
import type { Machine } from './machine';
import { loadOrt } from './ort-module';

/** The machine that this Node process runs on. */
export const NODE_MACHINE: Machine = {
  name: process.platform,
  threads: os.availableParallelism(),
  providers: platformProviders(process.platform),
  crashes: new CrashRecord(),
  loadOrt,
};

/** The providers that a platform's onnxruntime-node can know, fastest first. */
function platformProviders(platform: NodeJS.Platform): ProviderName[] {
  switch (platform) {
    case 'linux':
      return ['cuda', 'webgpu', 'cpu'];
    case 'win32':
      return ['webgpu', 'dml', 'cpu'];
    case 'darwin':
      return ['webgpu', 'coreml', 'cpu'];
    default:
      return ['cpu'];
  }
}
