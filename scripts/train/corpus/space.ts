import fs from 'node:fs';
import path from 'node:path';
import { cachedFile } from './fetch';
import type { Source } from './manifest';
import { CorpusError } from './types';

/** Texts are on disk twice while the shards are written, and JSON's escapes add to them. */
const WORK_FACTOR = 2.3;
const SPARE = 50e6;

interface Need {
  readonly folder: string;
  readonly bytes: number;
  readonly what: string;
}

/** Adds up the bytes that a build still has to store. */
export function spaceNeeded(sources: readonly Source[], cache: string, out: string): Need[] {
  const toLoad = sources.filter((source) => !fs.existsSync(cachedFile(cache, source)));
  const sum = (bytes: (number | undefined)[]): number =>
    bytes.reduce<number>((total, size) => total + (size ?? 0), 0);
  return [
    { folder: cache, bytes: sum(toLoad.map((source) => source.size)), what: 'downloads' },
    { folder: out, bytes: WORK_FACTOR * sum(sources.map((source) => source.text)) + SPARE, what: 'texts' },
  ];
}

/** @throws CorpusError `no-space` when the disks have not got it */
export function requireSpace(needs: readonly Need[]): void {
  const disks = new Map<number, { needs: Need[]; free: number }>();
  for (const need of needs) {
    const there = existing(need.folder);
    const device = fs.statSync(there).dev;
    const { bavail, bsize } = fs.statfsSync(there);
    const disk = disks.get(device) ?? { needs: [], free: bavail * bsize };
    disks.set(device, { ...disk, needs: [...disk.needs, need] });
  }
  for (const disk of disks.values())
    if (disk.needs.reduce((sum, need) => sum + need.bytes, 0) > disk.free)
      throw noSpace(disk.needs, disk.free);
}

/** The error for a disk that is, or will be, full. */
export function noSpace(needs: readonly Need[], free?: number, cause?: unknown): CorpusError {
  const parts = needs.map(({ folder, bytes, what }) => `${megabytes(bytes)} for ${what} in ${folder}`);
  return new CorpusError(
    'no-space',
    `There is not enough disk space for the corpus: it needs ${parts.join(' and ')}` +
      (free === undefined ? '' : `; ${megabytes(free)} are free`) +
      `. Make room (npm keeps downloads in its own cache as well), put the folder on a larger disk, or take a smaller ` +
      `tier, then run again: what is there already is kept.`,
    { cause },
  );
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}

function existing(folder: string): string {
  const absolute = path.resolve(folder);
  return fs.existsSync(absolute) ? absolute : existing(path.dirname(absolute));
}
