/** The engine in a Worker of its own, started by worker-engine.ts: a forward blocks the thread it runs on. */
import { LoadedFiles, loadModel, serve, type ToHost } from '../engine/web';
import { browserMachine } from './machine';
import type { WebSource } from './source';

declare const self: DedicatedWorkerGlobalScope;

/** A message to oneself is read after those that have come before it; a timer may take longer. */
function readMessages(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

const receive = serve<WebSource>({
  send: (message) => self.postMessage(message),
  load: ({ folder, files, ort }, options) =>
    loadModel(new LoadedFiles(folder, files), browserMachine(ort), options),
  readMessages,
  endsWith: (error) => {
    if (!(error instanceof WebAssembly.RuntimeError)) return false;
    // What has stopped in its midst cannot be called again. Thrown outside of any promise, it ends as a crash.
    setTimeout(() => {
      throw error;
    });
    return true;
  },
});
self.onmessage = ({ data }: MessageEvent<ToHost<WebSource>>) => receive(data);
