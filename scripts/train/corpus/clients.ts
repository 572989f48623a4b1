import { CARGO } from './cargo';
import type { Client } from './client';
import { APT } from './debian';
import { GO } from './go-modules';
import { TIERS, type Kind, type Source } from './manifest';
import { MAVEN } from './maven';
import { NPM } from './npm';
import { PIP } from './pip';
import { CorpusError } from './types';

/** Who brings packages of a kind. */
export const CLIENTS: Readonly<Record<Kind, Client>> = {
  npm: NPM,
  deb: APT,
  debsrc: APT,
  pypi: PIP,
  crate: CARGO,
  maven: MAVEN,
  go: GO,
};

/** Sources by who brings them, in their order. */
export function byClient(sources: readonly Source[]): [client: Client, group: Source[]][] {
  const clients = new Set(sources.map((source) => CLIENTS[source.kind]));
  return [...clients].map((client) => [client, sources.filter((source) => CLIENTS[source.kind] === client)]);
}

/** @throws CorpusError `no-program` when sources need programs that are not here, naming a tier that does without */
export function requirePrograms(sources: readonly Source[]): void {
  const lacking = byClient(sources).flatMap(([client, group]) => {
    const programs = client.missing();
    return programs.length > 0 ? [{ about: client.about, programs, group }] : [];
  });
  if (lacking.length === 0) return;
  const lines = lacking.map(
    ({ about, programs, group }) =>
      `${group.length} of the corpus's sources are ${about}, and ${programs.join(', ')} is not on this machine.`,
  );
  const lowest = Math.min(...lacking.flatMap(({ group }) => group.map((source) => source.tier)));
  const below = TIERS.findLast((tier) => tier < lowest);
  const advice =
    'Install the packages that bring what is missing' +
    (below === undefined ? '' : `, or use --tier ${below}, which does without`);
  throw new CorpusError('no-program', `${lines.join('\n')}\n${advice}.`);
}
