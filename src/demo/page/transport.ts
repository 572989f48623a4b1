import type { HostMessage, PageMessage } from '../messages';

/** The server of the page: VS Code, or the local server of `npm run demo`. */
export interface Transport {
  readonly kind: 'vscode' | 'local';
  post(message: PageMessage): void;
  /** @param lost told when the host is gone for good */
  listen(received: (message: HostMessage) => void, lost: () => void): void;
  /** The state that {@link setState} kept when the page was last shown, not checked. */
  getState(): unknown;
  setState(state: unknown): void;
}

interface VsCodeApi {
  postMessage(message: PageMessage): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare const acquireVsCodeApi: (() => VsCodeApi) | undefined;

export function connect(): Transport {
  return typeof acquireVsCodeApi === 'function'
    ? new VsCodeTransport(acquireVsCodeApi())
    : new LocalTransport();
}

class VsCodeTransport implements Transport {
  readonly kind = 'vscode';

  constructor(private readonly api: VsCodeApi) {}

  post(message: PageMessage): void {
    this.api.postMessage(message);
  }

  listen(received: (message: HostMessage) => void): void {
    window.addEventListener('message', (event: MessageEvent<HostMessage>) => received(event.data));
  }

  getState(): unknown {
    return this.api.getState();
  }

  setState(state: unknown): void {
    this.api.setState(state);
  }
}

const STATE_KEY = 'llada-demo';

class LocalTransport implements Transport {
  readonly kind = 'local';
  /** The token is in the page's own address. */
  readonly #socket = new WebSocket(new URL('socket', location.href.replace(/^http/, 'ws')));
  readonly #opened = new Promise<void>((resolve) => {
    this.#socket.addEventListener('open', () => resolve());
  });

  post(message: PageMessage): void {
    if (message.type === 'save') download(message.name, message.content);
    else void this.#opened.then(() => this.#socket.send(JSON.stringify(message)));
  }

  listen(received: (message: HostMessage) => void, lost: () => void): void {
    this.#socket.addEventListener('message', ({ data }: MessageEvent<string>) =>
      received(JSON.parse(data) as HostMessage),
    );
    this.#socket.addEventListener('close', lost);
  }

  getState(): unknown {
    try {
      return JSON.parse(sessionStorage.getItem(STATE_KEY) ?? 'null');
    } catch {
      return null;
    }
  }

  setState(state: unknown): void {
    try {
      sessionStorage.setItem(STATE_KEY, JSON.stringify(state));
    } catch {
      // A trace larger than the browser keeps: a reload begins anew.
      sessionStorage.removeItem(STATE_KEY);
    }
  }
}

/** The browser's own way of saving; it says itself where the file went. */
function download(name: string, content: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
