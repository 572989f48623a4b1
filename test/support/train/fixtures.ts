import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';
import { npmFile } from '../../../scripts/train/corpus/npm';
import type { Source } from '../../../scripts/train/corpus/manifest';

/** A text that passes every rule: `seed` makes its lines differ from those of any other. */
export function code(seed: string, functions = 6): string {
  return Array.from(
    { length: functions },
    (_, i) =>
      `/** Adds the ${seed} number ${i} to every value of a list, without changing it. */\n` +
      `export function ${seed}Number${i}(values: readonly number[]): number[] {\n` +
      `  const ${seed}Offset = values.length * ${i + 1};\n` +
      `  return values.map((value) => value + ${seed}Offset);\n}\n`,
  ).join('\n');
}

/** A gzipped tar archive of entries, links and all. */
export async function tgz(
  entries: readonly (Partial<Header> & { readonly name: string; readonly body?: string })[],
): Promise<Buffer> {
  const tar = pack();
  for (const { body, ...header } of entries) tar.entry(header, body ?? '');
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar as AsyncIterable<Buffer>) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

export function integrityOf(body: Buffer): string {
  return `sha512-${createHash('sha512').update(body).digest('base64')}`;
}

export function npmSource(name: string, fields: Partial<Source> = {}): Source {
  return {
    kind: 'npm',
    name,
    version: '1.0.0',
    integrity: `sha512-${'A'.repeat(86)}==`,
    license: 'MIT',
    split: 'train',
    tier: 300,
    include: ['**'],
    ...fields,
  };
}

/** Puts a package of files in the cache, as if it had been downloaded, and returns its source. */
export async function cachePackage(
  cache: string,
  name: string,
  files: Readonly<Record<string, string>>,
  fields: Partial<Source> = {},
): Promise<Source> {
  const body = await tgz(
    Object.entries(files).map(([file, text]) => ({ name: `package/${file}`, body: text })),
  );
  const source = npmSource(name, { integrity: integrityOf(body), ...fields });
  fs.mkdirSync(cache, { recursive: true });
  fs.writeFileSync(path.join(cache, npmFile(source)), body);
  return source;
}

export function writeManifest(file: string, sources: readonly Source[]): string {
  fs.writeFileSync(file, JSON.stringify({ schema: 1, sources }));
  return file;
}

/** All files below a folder with what they hold, by path. */
export function snapshot(folder: string): Record<string, string> {
  const files = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile());
  const names = files.map((entry) => path.join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(
    names.map((name) => [path.relative(folder, name), fs.readFileSync(name, 'utf8')]),
  );
}
