import type { FastifyInstance, HTTPMethods } from 'fastify';
import { ServeError } from './serve-error';

const ALL: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Collects which methods each path has; to be called before the routes are there. */
export function collectMethods(app: FastifyInstance): Map<string, Set<HTTPMethods>> {
  const methods = new Map<string, Set<HTTPMethods>>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? new Set();
    for (const one of [method].flat()) known.add(one);
    methods.set(url, known);
  });
  return methods;
}

/** Has every path say which methods it has: OPTIONS asks for them, and the others are refused with them. */
export function tellMethods(
  app: FastifyInstance,
  collected: ReadonlyMap<string, ReadonlySet<HTTPMethods>>,
): void {
  for (const [url, methods] of [...collected]) {
    if (url === '*') continue;
    const known = [...methods];
    const allow = [...known, 'OPTIONS'].join(', ');
    app.options(url, (_request, reply) => reply.code(204).header('allow', allow).send());
    app.route({
      method: ALL.filter((method) => method !== 'OPTIONS' && !methods.has(method)),
      url,
      handler: () => {
        throw new ServeError(405, `This path takes ${known.join(', ')}.`, {
          code: 'method_not_allowed',
          headers: { allow },
        });
      },
    });
  }
}
