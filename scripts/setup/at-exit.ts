import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const PENDING = new Set<() => void>();
let listening = false;

function listen(): void {
  if (listening) return;
  listening = true;
  process.on('exit', () => {
    for (const undo of PENDING) undo();
  });
  // The shell that npm starts in between keeps a SIGTERM to itself.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.env['npm_lifecycle_event'] && process.ppid !== parent) process.exit(143);
  }, 1000);
  watch.unref();
  // npm passes Ctrl-C on to a process that the terminal has told already, so a signal may come twice.
  for (const signal of SIGNALS) process.on(signal, () => process.exit(128 + constants.signals[signal]));
}

/**
 * Makes sure that something is undone however this process ends (short of SIGKILL).
 * @param undo Synchronous; must not throw.
 * @returns Takes it off the list, once it has been undone otherwise.
 */
export function atExit(undo: () => void): () => void {
  listen();
  PENDING.add(undo);
  return () => PENDING.delete(undo);
}
