/**
 * The engine process, forked by child-process.ts. onnxruntime-node blocks the thread it runs on, and ending a worker
 * thread during a run aborts the whole process; a child process of its own spares the editor both.
 */
import { isMainThread, workerData } from 'node:worker_threads';
import { loadRuntime } from '../model/runtime/load-from-folder';
import { beat, Heartbeat } from './heartbeat';
import type { ToHost } from './protocol';
import { serve, type ProcessStats } from './serve';

function stats(): ProcessStats {
  const { maxRSS } = process.resourceUsage();
  return { pid: process.pid, residentBytes: process.memoryUsage.rss(), peakBytes: maxRSS * 1024 };
}

function serveParent(): void {
  const heartbeat = new Heartbeat(__filename);
  const receive = serve<string>({
    send: (message) => {
      // The parent may be gone between two steps; 'disconnect' ends this process then.
      if (process.connected) process.send?.(message);
    },
    load: async (source, options) => {
      const loaded = await loadRuntime(source, options);
      // Before that the parent would not notice if this process hung.
      await heartbeat.begun;
      return loaded;
    },
    stats,
    readMessages: () => new Promise((resolve) => setImmediate(resolve)),
    busy: (busy) => (heartbeat.busy = busy),
  });
  process.on('message', (message: ToHost<string>) => receive(message));
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C in a terminal reaches the whole group; when this process ends is the parent's to say.
  process.on('SIGINT', () => undefined);
}

if (isMainThread) serveParent();
else beat(workerData as Int32Array);
