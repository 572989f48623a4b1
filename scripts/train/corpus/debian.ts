import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Client } from './client';
import { runCommand } from './command';
import { label, type Source } from './manifest';
import { CorpusError } from './types';

/** Debian 12's apt, which checks signatures. */
export const APT: Client = {
  about: 'Debian packages',
  missing: () =>
    ['apt-get', 'dpkg-deb', 'xz', 'bzip2'].filter(
      (tool) => spawnSync(tool, ['--version'], { stdio: 'ignore', input: '' }).error,
    ),
  fileOf: (source) => source.file!,
  async download(sources, folder, signal) {
    for (const source of sources) await aptDownload(source, folder, signal);
  },
};

/**
 * Downloads a Debian package or source into `folder` with apt, which checks its signature.
 *
 * @throws CorpusError `download` when apt has no such version any more
 */
export async function aptDownload(source: Source, folder: string, signal?: AbortSignal): Promise<void> {
  const file = source.file!;
  const [name, version] = file.split('_') as [string, string];
  const args =
    source.kind === 'deb'
      ? ['download', `${name}=${decodeURIComponent(version)}`]
      : ['source', '--download-only', '--only-source', sourceWithFile(name, file)];
  const { said } = await runCommand('apt-get', args, { cwd: folder, signal });
  if (fs.existsSync(path.join(folder, file))) return;
  throw new CorpusError(
    'download',
    `apt did not bring ${file} for ${label(source)}${said === '' ? '' : `:\n${said}`}\n` +
      `Debian's mirrors drop old versions: the manifest's pin may be stale. ` +
      (source.kind === 'debsrc' ? 'Sources also need "deb-src" among apt\'s sources. ' : '') +
      `Run "apt-get update" and try again, correct the manifest, or use --tier 600.`,
  );
}

/** `name=version` of the source package that the file belongs to: several versions may be on offer, revisions vary. */
function sourceWithFile(name: string, file: string): string {
  const { stdout } = spawnSync('apt-cache', ['showsrc', '--only-source', name], { encoding: 'utf8' });
  const offered = stdout.split(/\n\n+/).find((stanza) => stanza.split(/\s/).includes(file));
  const version = /^Version: (.*)$/m.exec(offered ?? '')?.[1];
  return version === undefined ? name : `${name}=${version}`;
}
