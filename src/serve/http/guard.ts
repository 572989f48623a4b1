import { createHash, timingSafeEqual } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Serving } from '../serving';
import { ServeError } from './serve-error';

/** Who may ask. */
export interface Access {
  /** The server listens on this machine's own addresses only. */
  readonly loopback: boolean;
  /** One of these must come along; none: nobody is asked. */
  readonly tokens: readonly string[];
  /** Names under which the server may be asked, besides its own on loopback. */
  readonly hosts: readonly string[];
  /** Web pages that may ask. */
  readonly origins: readonly string[];
}

/** Asked by probes and load balancers, which have no token. */
const OPEN = new Set(['/health', '/v1/health', '/v2/health/live', '/v2/health/ready', '/metrics']);

/**
 * Refuses requests under a foreign name and those of foreign web pages, before anything else is looked at. A page that
 * has pointed its own name at this machine sends that name as Host; every other page's scripts send an Origin.
 */
export function guardPages(app: FastifyInstance, { metrics }: Serving, access: Access): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const refused = !isHostAllowed(request, access)
      ? 'host'
      : !isOriginAllowed(request, access)
        ? 'origin'
        : undefined;
    if (refused) metrics.refusals.inc({ reason: refused });
    done(refused && new ServeError(403, REFUSED[refused], { code: `${refused}_not_allowed` }));
  });
}

const REFUSED = {
  host: 'This server is not to be asked under this name. Start it with --allow-host NAME to allow it.',
  origin:
    'Web pages of this origin may not use this server. Start it with --allow-origin ORIGIN to allow one.',
};

/** Refuses requests without a token, where there is one; their bodies are not read. */
export function guardToken(app: FastifyInstance, { metrics }: Serving, { tokens }: Access): void {
  if (tokens.length === 0) return;
  const digests = tokens.map(digest);
  app.addHook('onRequest', (request, _reply, done) => {
    // Every token is compared, however early one fits.
    const given = tokensOf(request).map(digest);
    const fits = digests.flatMap((token) => given.map((one) => timingSafeEqual(token, one))).includes(true);
    if (fits || OPEN.has(pathOf(request))) {
      done();
      return;
    }
    metrics.refusals.inc({ reason: 'token' });
    done(
      new ServeError(401, 'The token is missing or wrong. Send it as “Authorization: Bearer TOKEN”.', {
        code: 'invalid_api_key',
        headers: { 'www-authenticate': 'Bearer' },
      }),
    );
  });
}

/** Of the names of the machine that only its own programs can mean. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

function isHostAllowed(request: FastifyRequest, { loopback, hosts }: Access): boolean {
  const { host } = request.headers;
  // Without one it is no browser.
  if (host === undefined) return true;
  const name = nameOf(host);
  if (hosts.includes(name)) return true;
  if (loopback) return isLoopback(name);
  return hosts.length === 0 || OPEN.has(pathOf(request));
}

function isOriginAllowed({ headers }: FastifyRequest, { origins }: Access): boolean {
  const { host, origin, 'sec-fetch-site': site } = headers;
  if (origin === undefined) return site !== 'cross-site';
  return hostOf(origin) === host || origins.includes(origin);
}

/** A host without its port, an IPv6 address without its brackets. */
function nameOf(host: string): string {
  return host
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function tokensOf({ headers }: FastifyRequest): string[] {
  const bearer = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  return [bearer, headers['x-api-key'], headers['api-key']].filter((one) => typeof one === 'string');
}

/** Of equal length for every token, as the comparison needs it. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

export function pathOf({ url }: FastifyRequest): string {
  const path = url.split('?', 1)[0]!.replace(/\/{2,}/g, '/');
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
