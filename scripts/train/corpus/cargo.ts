import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bareName, clientOf } from './client';
import { runCommand } from './command';
import type { Source } from './manifest';

/**
 * `cargo info`, which brings one crate into cargo's own cache to read what it says of itself. `cargo fetch` and `cargo
 * vendor` bring all that a crate depends on as well. No build script runs.
 */
export const CARGO = clientOf({
  about: 'Rust crates',
  missing: () =>
    spawnSync('cargo', ['info', '--help'], { stdio: 'ignore' }).status === 0 ? [] : ['cargo 1.82 or newer'],
  fileOf: crateFile,
  run: runCargo,
  program: 'cargo',
  advice: 'Check the network and cargo\'s registry ("cargo search serde")',
});

function crateFile(source: Source): string {
  return `${bareName(source)}-${source.version}.crate`;
}

async function runCargo(
  sources: readonly Source[],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  let complaint: string | undefined;
  for (const source of sources) {
    const args = ['info', '--quiet', `${bareName(source)}@${source.version}`];
    // In a folder without a workspace, whose lock file could ask for another version.
    const { code, said } = await runCommand('cargo', args, { cwd: folder, signal });
    const file = cachedCrate(crateFile(source));
    if (file !== undefined) fs.copyFileSync(file, path.join(folder, crateFile(source)));
    else complaint = code === 0 ? `cargo left no ${crateFile(source)} in its cache` : said;
  }
  return complaint;
}

/** A crate's file in cargo's cache, in the folder of whichever registry is set up. */
function cachedCrate(file: string): string | undefined {
  const home = process.env['CARGO_HOME'] ?? path.join(os.homedir(), '.cargo');
  const cache = path.join(home, 'registry', 'cache');
  const registries = fs.existsSync(cache) ? fs.readdirSync(cache) : [];
  return registries
    .map((registry) => path.join(cache, registry, file))
    .find((candidate) => fs.existsSync(candidate));
}
