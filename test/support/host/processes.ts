import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** An engine process that this extension host has started and that is still there. */
export interface EngineProcess {
  readonly residentBytes: number;
  /** User and system time since it began; on Linux in hundredths. */
  readonly processorSeconds: number;
}

/** Reads `ps`'s time, [days-][hours:]minutes:seconds. */
function secondsOf(time: string): number {
  const [clock = '', days = '0'] = time.split('-').toReversed();
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
}

/** Linux's `ps` gives whole seconds; the kernel's own ticks are hundredths. */
function ticksOf(pid: string): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

export function engineProcesses(): EngineProcess[] {
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,time=,args='], { encoding: 'utf8' });
  return processes.split('\n').flatMap((line) => {
    const [, pid = '', parent, kilobytes, time = ''] =
      /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s.*engine-host\.js/.exec(line) ?? [];
    if (Number(parent) !== process.pid) return [];
    const processorSeconds = process.platform === 'linux' ? ticksOf(pid) / 100 : secondsOf(time);
    return [{ residentBytes: Number(kilobytes) * 1024, processorSeconds }];
  });
}
