import { HubApiError, listFiles, modelInfo } from '@huggingface/hub';
import { EngineError } from '../../../contract/errors';

/** A model on the hub, as in `Dream-org/DreamOn-v0-7B` or, at a version of it, `…@main`. */
export interface HubId {
  readonly name: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

/** Where the hub is and who asks. */
export interface Hub {
  /** Without a slash at its end. */
  readonly endpoint: string;
  /** Goes to the endpoint and to nobody else. */
  readonly token: string | undefined;
}

/** A file of a repository at one commit. */
export interface HubFile {
  readonly path: string;
  readonly bytes: number;
  /** Of what is in the file; large files have the first, all others the second, over git's own head and the content. */
  readonly digest: { readonly kind: 'sha256' | 'git-sha1'; readonly value: string };
}

/** All files of a repository at the commit that a revision meant when it was asked for. */
export interface HubListing {
  readonly commit: string;
  readonly files: readonly HubFile[];
}

const ID = /^([A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95})(?:@([\w][\w./-]{0,199}))?$/;
const COMMIT = /^[0-9a-f]{40}$/;
const PUBLIC_HUB = 'https://huggingface.co';

/** @returns undefined when the text is no id of a model */
export function parseHubId(text: string): HubId | undefined {
  const match = ID.exec(text);
  return match ? { name: match[1]!, revision: match[2] ?? 'main' } : undefined;
}

/**
 * The hub that the environment names, by the variables of Hugging Face's own programs: HF_ENDPOINT, HF_TOKEN,
 * HF_HUB_OFFLINE.
 *
 * @throws EngineError `import-refused` when the hub must not be asked
 */
export function hubOf(environment: Readonly<Record<string, string | undefined>>): Hub {
  if (/^(1|true|yes|on)$/i.test(environment['HF_HUB_OFFLINE'] ?? '')) {
    throw new EngineError(
      'import-refused',
      'HF_HUB_OFFLINE is set, so the hub is not asked for the model. Give the folder of a model that is on this machine, or unset it.',
    );
  }
  const given = environment['HF_ENDPOINT'] ?? '';
  const endpoint = (given === '' ? PUBLIC_HUB : given).replace(/\/+$/, '');
  if (!/^https?:\/\/[^/\s]/.test(endpoint)) {
    throw new EngineError(
      'import-refused',
      `HF_ENDPOINT is “${given}”, which is no address. Set it to one that begins with https://, or unset it.`,
    );
  }
  const token = environment['HF_TOKEN']?.trim();
  return { endpoint, token: token === '' ? undefined : token };
}

/** `fetch` that hands the token to the endpoint alone. */
export function fetchFrom({ endpoint, token }: Hub, signal: AbortSignal | undefined): typeof fetch {
  const { origin } = new URL(endpoint);
  return (input, init = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    const headers = new Headers(init.headers);
    if (token !== undefined && new URL(url).origin === origin)
      headers.set('authorization', `Bearer ${token}`);
    return fetch(input, { ...init, headers, ...(signal ? { signal } : {}) });
  };
}

/**
 * Asks the hub for the commit that a revision means and for the files of that commit.
 *
 * @throws EngineError `import-refused` saying what to do when the model is not there, or not for everybody
 */
export async function listModel(hub: Hub, id: HubId, signal?: AbortSignal): Promise<HubListing> {
  const asked = { hubUrl: hub.endpoint, fetch: fetchFrom(hub, signal) };
  try {
    const { sha } = await modelInfo({
      ...asked,
      name: id.name,
      revision: id.revision,
      additionalFields: ['sha'],
    });
    if (typeof sha !== 'string' || !COMMIT.test(sha)) throw odd(hub, `it names no commit for ${id.name}`);
    const files: HubFile[] = [];
    for await (const entry of listFiles({ ...asked, repo: id.name, revision: sha, recursive: true })) {
      if (entry.type === 'file') files.push(describe(hub, entry));
    }
    return { commit: sha, files };
  } catch (error) {
    signal?.throwIfAborted();
    throw hubError(hub, id, error);
  }
}

/** Address of a file at a commit. */
export function fileUrl({ endpoint }: Hub, { name }: HubId, commit: string, path: string): string {
  return `${endpoint}/${name}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

function describe(
  hub: Hub,
  { path, size, oid, lfs }: { path: string; size: number; oid?: string; lfs?: { oid: string; size: number } },
): HubFile {
  const digest = lfs
    ? { kind: 'sha256' as const, value: lfs.oid.replace(/^sha256:/, '') }
    : { kind: 'git-sha1' as const, value: oid ?? '' };
  const bytes = lfs ? lfs.size : size;
  if (!Number.isSafeInteger(bytes) || bytes < 0 || !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(digest.value)) {
    throw odd(hub, `it gives ${path} neither a size nor a checksum`);
  }
  return { path, bytes, digest };
}

function odd({ endpoint }: Hub, what: string): EngineError {
  return new EngineError(
    'import-refused',
    `The hub at ${endpoint} answers in a way that is not understood: ${what}. Check HF_ENDPOINT, or get the files by other means and give their folder.`,
  );
}

/** The error that an answer of the hub means for who asked. */
export function hubError(hub: Hub, { name, revision }: HubId, error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const what = revision === 'main' ? name : `${name}@${revision}`;
  const status = error instanceof HubApiError ? error.statusCode : undefined;
  if (status === 401 || status === 403 || status === 404) {
    const unknown = status === 404 ? 'has no model' : 'does not show this caller the model';
    return new EngineError(
      'import-refused',
      `The hub at ${hub.endpoint} ${unknown} ${what} (${status}). ` +
        'Check the id; for a model that is private or asks for consent, accept its terms on its page and set HF_TOKEN.',
      { cause: error },
    );
  }
  const reason = error instanceof Error ? reasonOf(error) : String(error);
  return new EngineError(
    'import-refused',
    `The hub at ${hub.endpoint} could not be asked for ${what} (${reason}). Check the connection and run again: what is there already is kept.`,
    { cause: error },
  );
}

/** `fetch` says “fetch failed” and has the reason as its cause. */
export function reasonOf(error: Error): string {
  const { cause } = error;
  const message = cause instanceof Error && cause.message !== '' ? cause.message : error.message;
  return message.replace(/\.$/, '');
}
