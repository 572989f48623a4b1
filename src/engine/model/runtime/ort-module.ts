import { EngineError } from '../../contract/errors';
import type { OrtModule } from './machine';

/** Node's error codes when a package, its binary for this platform, or a library the binary is linked to is not there. */
const NOT_HERE = new Set(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED']);

/** Variables of ONNX Runtime's native builds that have to be set before it is loaded. */
const TURNED_OFF = [
  // Builds for Linux and macOS send usage data to Microsoft, and keep an identifier and a cache on the disk. The first name
  // is that of 1.29 and 1.30, the second a later one.
  'ORT_DISABLE_TELEMETRY',
  'ORT_TELEMETRY_DISABLED',
  // On CUDA (1.29) this attention, chosen for long texts, refuses a bias of some widths; without it another one is taken.
  'ORT_DISABLE_MEMORY_EFFICIENT_ATTENTION',
];

let loaded: Promise<OrtModule> | undefined;

/**
 * Loads onnxruntime-node, once per process, or onnxruntime-web on platforms that it has no binary for (macOS x64, Alpine).
 *
 * @param threads of the WebAssembly build, which takes their number once per process
 * @throws EngineError `provider-unavailable` when there is neither
 */
export function loadOrt(threads: number): Promise<OrtModule> {
  // A bundle's module that failed is not asked again: the second import of it would give an empty one.
  loaded ??= load(threads);
  return loaded;
}

async function load(threads: number): Promise<OrtModule> {
  for (const name of TURNED_OFF) process.env[name] = '1';
  try {
    return quiet({ kind: 'native', ort: await import('onnxruntime-node') });
  } catch (error) {
    if (!isNotHere(error)) throw error;
    return quiet(await loadWasm(threads, error as Error));
  }
}

async function loadWasm(threads: number, native: Error): Promise<OrtModule> {
  try {
    const ort = await import('onnxruntime-web');
    ort.env.wasm.numThreads = threads;
    return { kind: 'wasm', ort };
  } catch (error) {
    if (!isNotHere(error)) throw error;
    const why = native.message.split('\n', 1)[0]!;
    throw new EngineError(
      'provider-unavailable',
      `ONNX Runtime cannot be loaded on ${process.platform} ${process.arch} (${why}). ` +
        'Install the package of this extension that is made for your platform, or the universal one.',
      { cause: error },
    );
  }
}

/** Failures arrive as errors; the library's own copy of them on standard error would only confuse. */
function quiet(module: OrtModule): OrtModule {
  module.ort.env.logLevel = 'fatal';
  return module;
}

function isNotHere(error: unknown): boolean {
  return NOT_HERE.has((error as NodeJS.ErrnoException).code ?? '');
}
