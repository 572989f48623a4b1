import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import { renderPage, STYLES } from './render-page';
import { DemoRuns, type EngineAccess } from './runs';

/** A page sends whole traces; more than the largest one is none of its messages. */
const MOST_MESSAGE_BYTES = 64 * 1024 * 1024;

export interface DemoServerOptions {
  /** On 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** Folder with media/ and dist/. */
  readonly root: string;
  readonly engine: EngineAccess;
  readonly failed: (what: string, error: unknown) => void;
}

export interface DemoServer {
  /** The page's address with its secret. */
  readonly url: string;
  close(): Promise<void>;
}

const STYLE_NAMES = [...STYLES, 'demo-local.css'];
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/**
 * Serves the demo page on this machine alone, to whoever knows its address: every path begins with a random secret, so
 * that other pages in the same browser cannot drive the engine, and requests under another host's name are refused, so
 * that no name can be made to point here.
 */
export async function serveDemo({ port, root, engine, failed }: DemoServerOptions): Promise<DemoServer> {
  const secret = randomBytes(24).toString('base64url');
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      failed('The demo page could not be served', error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  /** The name asked for after the secret; undefined for whoever does not know it, or asks another host. */
  const nameOf = ({ headers, url = '' }: IncomingMessage): string | undefined => {
    if (headers.host !== authority) return undefined;
    const [, given = '', name, ...rest] = url.split('?')[0]!.split('/');
    return rest.length === 0 && isSame(given, secret) ? name : undefined;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = request.method === 'GET' ? nameOf(request) : undefined;
    const content = name === undefined ? undefined : await contentOf(name, root, authority);
    response.writeHead(content === undefined ? 404 : 200, {
      'Content-Type':
        TYPES[path.extname(name === '' ? 'demo.html' : (name ?? ''))] ?? 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "frame-ancestors 'none'",
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    });
    response.end(
      content ?? 'There is nothing here. The address that npm run demo has printed is the page.\n',
    );
  };

  const sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES });
  server.on('upgrade', (request, socket, head) => {
    const allowed = nameOf(request) === 'socket' && request.headers.origin === `http://${authority}`;
    if (!allowed) socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    else sockets.handleUpgrade(request, socket, head, (page) => servePage(page, engine, failed));
  });

  return {
    url: `http://${authority}/${secret}/`,
    close: async () => {
      for (const page of sockets.clients) page.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** One open page: its runs end with it. */
function servePage(page: WebSocket, engine: EngineAccess, failed: DemoServerOptions['failed']): void {
  const runs = new DemoRuns(engine, {
    post: (message) => page.send(JSON.stringify(message)),
    save: () => Promise.reject(new Error('the browser saves by itself')),
    failed,
  });
  page.on('message', (data: Buffer) => {
    let message: unknown;
    try {
      message = JSON.parse(data.toString('utf8'));
    } catch {
      page.close(1007);
      return;
    }
    runs.receive(message);
  });
  page.on('error', (error) => failed('The connection to the demo page failed', error));
  page.on('close', () => runs.dispose());
}

async function contentOf(
  name: string,
  root: string,
  authority: string,
): Promise<Buffer | string | undefined> {
  if (name === '') {
    return renderPage(await readFile(path.join(root, 'media/demo.html'), 'utf8'), {
      source: "'self'",
      // Not every browser counts a web socket to where the page is from among 'self'.
      connect: `ws://${authority}`,
      script: 'demo.js',
      styles: STYLE_NAMES,
    });
  }
  if (name === 'demo.js') return readFile(path.join(root, 'dist', name));
  return STYLE_NAMES.includes(name) ? readFile(path.join(root, 'media', name)) : undefined;
}

function isSame(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}
