/** WebGPU in Node: Dawn's native module, an adapter and a device. */
import { existsSync } from 'node:fs';
import { arch, platform } from 'node:process';
import { dirname, join } from 'node:path';
import { projectRequire } from './project-require';

interface DawnModule {
  create(flags: string[]): GPU;
  globals: Record<string, unknown>;
}

export interface DawnOptions {
  /** 'null' compiles and validates shaders without a GPU. */
  readonly api?: 'default' | 'null';
  /** True when adapters that run on the CPU (SwiftShader, llvmpipe) count. */
  readonly software: boolean;
  /** Full validation and bounds checks: for tests. */
  readonly validate?: boolean;
}

export interface Dawn {
  readonly adapter: GPUAdapter;
  readonly device: GPUDevice;
  /** Adapter name as people know it. */
  readonly name: string;
  dispose(): void;
}

// Dawn's objects die with their JavaScript wrappers and take the process along, so they are kept here.
const ALIVE = new Set<unknown>();

function loadDawn(): DawnModule | undefined {
  const named = process.env['LLADA_DAWN_NODE'];
  if (named !== undefined) {
    if (!existsSync(named))
      throw new Error(
        `LLADA_DAWN_NODE names ${named}, which does not exist. Check the path, or unset the variable.`,
      );
    return projectRequire(named) as DawnModule;
  }
  try {
    const root = dirname(projectRequire.resolve('webgpu/package.json'));
    return projectRequire(
      join(root, 'dist', `${platform}-${platform === 'darwin' ? 'universal' : arch}`, 'dawn.node'),
    ) as DawnModule;
  } catch {
    return undefined;
  }
}

const LIMIT_NAMES = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxBufferSize',
] as const;

const FEATURE_NAMES = [
  'timestamp-query',
  'shader-f16',
  'subgroups',
  'subgroup-size-control',
  'chromium-experimental-subgroup-matrix',
] as const;

/** An adapter and its device with all it offers, or undefined where there is no (hardware) adapter. */
export async function openDawn(options: DawnOptions): Promise<Dawn | undefined> {
  const dawn = loadDawn();
  if (dawn === undefined) return undefined;
  Object.assign(globalThis, dawn.globals);
  const features = [
    'allow_unsafe_apis',
    'vulkan_enable_f16_on_nvidia',
    ...(options.validate === true ? [] : ['skip_validation', 'disable_robustness']),
  ];
  const flags = [
    `enable-dawn-features=${features.join(',')}`,
    // Browsers round times to 65 µs against attacks; a kernel takes less.
    'disable-dawn-features=timestamp_quantization',
    ...(options.api === 'null' ? ['backend=null'] : []),
  ];
  const gpu = dawn.create(flags);
  ALIVE.add(gpu);
  // A promise of Dawn's does not keep Node's event loop running; a timer does.
  const timer = setInterval(() => undefined, 20);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null || (adapter.info.isFallbackAdapter && !options.software)) {
    clearInterval(timer);
    return undefined;
  }
  ALIVE.add(adapter);
  // tfjs asks navigator.gpu whether WebGPU is there; Node has no such property.
  Object.defineProperty(globalThis, 'navigator', {
    value: { ...(globalThis as { navigator?: object }).navigator, gpu },
    configurable: true,
  });
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURE_NAMES.filter((name) => adapter.features.has(name)) as GPUFeatureName[],
    requiredLimits: Object.fromEntries(LIMIT_NAMES.map((name) => [name, adapter.limits[name]])),
  });
  ALIVE.add(device);
  device.addEventListener('uncapturederror', (event) => {
    process.stderr.write(`WebGPU error: ${event.error.message}\n`);
  });
  const { vendor, architecture, device: model, description } = adapter.info;
  return {
    adapter,
    device,
    name: [vendor, architecture, model, description].filter((part) => part !== '').join(' ') || 'null device',
    dispose: () => {
      clearInterval(timer);
      device.destroy();
      for (const object of [gpu, adapter, device]) ALIVE.delete(object);
    },
  };
}
