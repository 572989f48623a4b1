import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { integrityOf } from './fixtures';

/** A registry for npm on this machine, with one version of each package. */
export class LocalRegistry {
  readonly packages = new Map<string, Buffer>();
  /** Tarballs asked for. */
  readonly served: string[] = [];
  /** Packages whose tarball never comes to its end. */
  readonly stalling = new Set<string>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const [, name = '', file] = decodeURIComponent(request.url ?? '').split('/');
      const body = this.packages.get(name);
      if (!body) response.writeHead(404).end('{}');
      else if (file === undefined)
        // As the public registry does.
        response
          .writeHead(200, { 'cache-control': 'public, max-age=300' })
          .end(JSON.stringify(this.#document(name, body)));
      else {
        this.served.push(name);
        response.writeHead(200, { 'content-length': body.length });
        if (this.stalling.has(name)) response.write(body.subarray(0, body.length >> 1));
        else response.end(body);
      }
    });
  }

  static async start(): Promise<LocalRegistry> {
    const registry = new LocalRegistry();
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #document(name: string, body: Buffer): unknown {
    const dist = { tarball: `${this.url}${name}/package.tgz`, integrity: integrityOf(body) };
    return {
      name,
      'dist-tags': { latest: '1.0.0' },
      versions: { '1.0.0': { name, version: '1.0.0', dist } },
    };
  }
}
