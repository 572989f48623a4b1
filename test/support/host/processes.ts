import { execFileSync } from 'node:child_process';

/** Resident bytes of each engine process that this extension host has started and that is still there. */
export function engineProcesses(): number[] {
  const processes = execFileSync('ps', ['-A', '-o', 'ppid=,rss=,args='], { encoding: 'utf8' });
  return processes
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s.*engine-host\.js/.exec(line))
    .filter((match) => Number(match?.[1]) === process.pid)
    .map((match) => Number(match?.[2]) * 1024);
}
