import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request, as it came. */
export interface HubRequest {
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** Ways in which a file's answer goes wrong; taken once each, in order. */
export type Misbehaviour =
  | 'stop'
  | 'stall'
  | 'no-ranges'
  | 'wrong-range'
  | 'damaged'
  | 'busy'
  | 'too-much'
  | 'short';

/** A server on this machine that answers as the Hugging Face hub does; large files lie with another server. */
export class LocalHub {
  /** Files at `main` by repository and path. */
  readonly files = new Map<string, Map<string, Buffer>>();
  readonly requests: HubRequest[] = [];
  /** By path of a file. */
  readonly misbehaves = new Map<string, Misbehaviour[]>();
  /** Repositories that want this token. */
  token: string | undefined;
  #commit = 'a'.repeat(40);
  readonly #servers: [hub: Server, content: Server];

  private constructor() {
    this.#servers = [
      createServer((request, response) => this.#answer(request, response)),
      createServer((request, response) => this.#serveContent(request, response)),
    ];
  }

  static async start(): Promise<LocalHub> {
    const hub = new LocalHub();
    for (const server of hub.#servers) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return hub;
  }

  stop(): void {
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
  }

  get url(): string {
    return addressOf(this.#servers[0]);
  }

  get commit(): string {
    return this.#commit;
  }

  /** A new version of everything. */
  moveOn(): void {
    this.#commit = createHash('sha1').update(this.#commit).digest('hex');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url!, this.url);
    const path = decodeURIComponent(url.pathname);
    this.#note(request, path);
    const json = (body: unknown, status = 200): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (this.token !== undefined && request.headers.authorization !== `Bearer ${this.token}`) {
      json({ error: 'Access to this model is restricted.' }, 401);
      return;
    }
    const info = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/(.+)$/.exec(path);
    const tree = /^\/api\/models\/([^/]+\/[^/]+)\/tree\/([0-9a-f]{40})$/.exec(path);
    const file = /^\/([^/]+\/[^/]+)\/resolve\/([0-9a-f]{40})\/(.+)$/.exec(path);
    const files = this.files.get((info ?? tree ?? file)?.[1] ?? '');
    if (!files || (info && info[2] !== 'main' && info[2] !== this.#commit))
      json({ error: 'Repository not found' }, 404);
    else if (info)
      json({
        _id: '1',
        id: info[1],
        sha: this.#commit,
        private: false,
        gated: false,
        lastModified: '2026-01-01T00:00:00Z',
      });
    else if (tree) this.#list(files, url, response);
    else {
      const content = files.get(file![3]!);
      if (!content) json({ error: 'Entry not found' }, 404);
      else if (isLarge(file![3]!))
        response.writeHead(302, { location: `${addressOf(this.#servers[1])}${request.url!}` }).end();
      else response.writeHead(200, { 'content-length': content.length }).end(content);
    }
  }

  /** Two pages. */
  #list(files: ReadonlyMap<string, Buffer>, url: URL, response: ServerResponse): void {
    const entries = [...files].map(([path, content]) => ({
      type: 'file',
      path,
      size: content.length,
      oid: createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex'),
      ...(isLarge(path) && {
        lfs: {
          oid: createHash('sha256').update(content).digest('hex'),
          size: content.length,
          pointerSize: 134,
        },
      }),
    }));
    const half = Math.ceil(entries.length / 2);
    const second = url.searchParams.has('cursor');
    if (!second) {
      url.searchParams.set('cursor', 'x');
      response.setHeader('link', `<${url.href}>; rel="next"`);
    }
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(second ? entries.slice(half) : entries.slice(0, half)));
  }

  #serveContent(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(request.url!);
    this.#note(request, `content:${path}`);
    const [, repository = '', name = ''] = /^\/([^/]+\/[^/]+)\/resolve\/[0-9a-f]{40}\/(.+)$/.exec(path) ?? [];
    const content = this.files.get(repository)!.get(name)!;
    const how = this.misbehaves.get(name)?.shift();
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const half = start + ((content.length - start) >> 1);
    if (how === 'busy') {
      response.writeHead(503).end();
      return;
    }
    if (how === 'too-much' || how === 'short') {
      const body = how === 'short' ? content.subarray(0, 100) : Buffer.concat([content, content]);
      response.writeHead(200, { 'content-length': body.length }).end(body);
      return;
    }
    const ranged = start > 0 && how !== 'no-ranges';
    const from = ranged ? start : 0;
    const named = how === 'wrong-range' ? from + 1 : from;
    response.writeHead(ranged ? 206 : 200, {
      'content-length': content.length - from,
      ...(ranged && { 'content-range': `bytes ${named}-${content.length - 1}/${content.length}` }),
    });
    if (how === 'stop') response.write(content.subarray(from, half), () => response.destroy());
    else if (how === 'stall') response.write(content.subarray(from, half));
    else if (how === 'damaged') response.end(Buffer.from(content.subarray(from)).fill(0, 0, 9));
    else response.end(content.subarray(from));
  }

  #note({ headers }: IncomingMessage, path: string): void {
    this.requests.push({ path, range: headers.range, authorization: headers.authorization });
  }
}

function isLarge(name: string): boolean {
  return name.endsWith('.safetensors') || name === 'tokenizer.json';
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
