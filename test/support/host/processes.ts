import { execFileSync } from 'node:child_process';

/** An engine process that this extension host has started and that is still there. */
export interface EngineProcess {
  readonly residentBytes: number;
  /** User and system time since it began, in whole seconds on Linux. */
  readonly processorSeconds: number;
}

/** Reads `ps`'s time, [days-][hours:]minutes:seconds. */
function secondsOf(time: string): number {
  const [clock = '', days = '0'] = time.split('-').toReversed();
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
}

export function engineProcesses(): EngineProcess[] {
  const processes = execFileSync('ps', ['-A', '-o', 'ppid=,rss=,time=,args='], { encoding: 'utf8' });
  return processes.split('\n').flatMap((line) => {
    const [, parent, kilobytes, time = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s.*engine-host\.js/.exec(line) ?? [];
    if (Number(parent) !== process.pid) return [];
    return [{ residentBytes: Number(kilobytes) * 1024, processorSeconds: secondsOf(time) }];
  });
}
