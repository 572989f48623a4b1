import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { bareName, clientOf } from './client';
import { runCommand } from './command';
import { label, type Source } from './manifest';

/** `go mod download`, into a module cache of its own that is removed afterwards: the user's would keep it all unpacked. */
export const GO = clientOf({
  about: 'Go modules',
  missing: () => (spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0 ? [] : ['go']),
  fileOf: zipFile,
  run: runGo,
  program: 'go',
  advice: 'Check the network and Go\'s proxy ("go env GOPROXY")',
});

function zipFile(source: Source): string {
  return `${bareName(source).replaceAll('/', '+')}@${source.version}.zip`;
}

async function runGo(
  sources: readonly Source[],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const cache = path.join(folder, 'modules');
  const modules = sources.map((source) => label(source).slice('go:'.length));
  const { code, said } = await runCommand('go', ['mod', 'download', ...modules], {
    cwd: folder,
    signal,
    // Unless told so, go makes the folders of its cache read-only, and they could not be removed.
    env: { ...process.env, GOMODCACHE: cache, GOFLAGS: '-modcacherw', GOWORK: 'off' },
  });
  for (const source of sources) {
    const file = path.join(
      cache,
      'cache',
      'download',
      escaped(bareName(source)),
      '@v',
      `${source.version}.zip`,
    );
    if (fs.existsSync(file)) fs.renameSync(file, path.join(folder, zipFile(source)));
  }
  fs.rmSync(cache, { recursive: true, force: true });
  return code === 0 ? undefined : said || `go ended with exit code ${String(code)}`;
}

/** Go's cache writes a capital letter as `!` and the small one, for file systems that do not tell them apart. */
function escaped(module: string): string {
  return module.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
}
