import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const NVIDIA = '/proc/driver/nvidia/gpus';

/** PCI addresses of this machine's NVIDIA GPUs (Linux); none where they cannot be told. */
function pciAddresses(): string[] {
  return fs.existsSync(NVIDIA) ? fs.readdirSync(NVIDIA).sort() : [];
}

/** How many processes `--gpus auto` means: one per GPU, one where GPUs cannot be counted. */
export function countGpus(): number {
  return Math.max(1, pciAddresses().length);
}

/** A program's start: `command ...args PROGRAM` with more environment. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Says to the process that `runOnFirstGpu` starts that it is that one. */
const ALONE = 'LLADA_TRAIN_ALONE';

/**
 * How Node is started so that it has the `rank`-th GPU alone; as it is, where there are no two to choose from. WebGPU
 * cannot tell two of the same name apart, so the others' device files are hidden from the process. Where that is not
 * allowed, Mesa's device-select layer is asked to put the GPU to the front of the list.
 */
export function launchOnGpu(rank: number): Launch {
  const addresses = pciAddresses();
  const own = addresses[rank];
  const plain = { command: process.execPath, args: [], env: {} };
  if (addresses.length < 2 || own === undefined) return plain;
  const others = addresses.filter((address) => address !== own).map(deviceFile);
  return (
    launchHiding(others, deviceFile(own)) ?? {
      ...plain,
      env: { DRI_PRIME: `pci-${own.replace(/[:.]/g, '_')}` },
    }
  );
}

function deviceFile(address: string): string {
  const text = fs.readFileSync(path.join(NVIDIA, address, 'information'), 'utf8');
  return `/dev/nvidia${/^Device Minor:\s*(\d+)/m.exec(text)?.[1]}`;
}

/** Arguments: the file to show, how many to hide, these, the program and its own. */
const HIDE = `if [ "$1" -ef /dev/null ]; then umount "$1" || exit; fi
n=$2; shift 2
while [ "$n" -gt 0 ]; do mount --bind /dev/null "$1" || exit; shift; n=$((n - 1)); done
exec "$@"`;

/**
 * How Node is started in a mount namespace (Linux's unshare) where `files` are /dev/null, and `shown` what it is outside
 * even if this process sees it hidden.
 *
 * @returns undefined where namespaces are not allowed
 */
export function launchHiding(files: readonly string[], shown: string): Launch | undefined {
  for (const user of [[], ['--map-root-user']]) {
    const args = ['--mount', ...user, '--', 'sh', '-c', HIDE, 'sh', shown, String(files.length), ...files];
    if (spawnSync('unshare', [...args, 'true']).status === 0)
      return { command: 'unshare', args: [...args, process.execPath], env: {} };
  }
  return undefined;
}

/**
 * Runs this program anew on the first GPU, to its end, handing signals on; its exit code becomes ours.
 *
 * @returns false, at once, where this process has its GPU already or there is no choice
 */
export async function runOnFirstGpu(): Promise<boolean> {
  if (process.env[ALONE] !== undefined || countGpus() === 1) return false;
  const { command, args, env } = launchOnGpu(0);
  const child = spawn(command, [...args, ...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, ...env, [ALONE]: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
  return true;
}
