/** Environment variables that Node, ONNX Runtime and graphics drivers read; upper case, as Windows ignores it. */
const NAMES = new Set(
  (
    'PATH HOME USERPROFILE TMPDIR TMP TEMP LANG TZ ' +
    'LD_LIBRARY_PATH DYLD_LIBRARY_PATH DYLD_FALLBACK_LIBRARY_PATH ' +
    'XDG_RUNTIME_DIR XDG_CACHE_HOME XDG_CONFIG_DIRS XDG_DATA_DIRS XDG_DATA_HOME ' +
    'DISPLAY WAYLAND_DISPLAY XAUTHORITY DRI_PRIME ' +
    'SYSTEMROOT SYSTEMDRIVE WINDIR PROGRAMDATA PROGRAMFILES APPDATA LOCALAPPDATA NUMBER_OF_PROCESSORS'
  ).split(' '),
);
const PREFIXES = ['LC_', 'VK_', 'MESA_', 'LIBGL_', 'CUDA_', 'NVIDIA_', '__NV_', 'PROCESSOR_'];

/**
 * The part of its parent's environment that the engine process gets: nothing that it does not need, so neither tokens
 * and keys nor `NODE_OPTIONS` that are meant for the parent.
 */
export function childEnvironment(parent: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const needed = Object.entries(parent).filter(([name]) => {
    const upper = name.toUpperCase();
    return NAMES.has(upper) || PREFIXES.some((prefix) => upper.startsWith(prefix));
  });
  // In VS Code's extension host this process is Electron, which is plain Node only when asked to.
  return { ...Object.fromEntries(needed), ELECTRON_RUN_AS_NODE: '1' };
}
