import { createHash } from 'node:crypto';
import fs from 'node:fs';

/** The part of a file that a sample needs. */
export interface PackedDocument {
  readonly path: string;
  readonly lang: string;
  /** Byte range in the pack. */
  readonly start: number;
  readonly end: number;
}

/**
 * All texts of a split in one shared buffer of UTF-8 bytes, so that every sample worker reads the same memory. On disk:
 * a JSON line `{documents, sha256}`, then the bytes.
 */
export interface PackedCorpus {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly documents: readonly PackedDocument[];
}

interface Header {
  readonly documents: readonly (readonly [path: string, lang: string, bytes: number])[];
  readonly sha256: string;
}

/** Writes the pack under a temporary name and renames it, so that a pack that exists is whole. */
export async function writePack(
  file: string,
  documents: AsyncIterable<{ readonly path: string; readonly lang: string; readonly text: string }>,
): Promise<void> {
  const entries: [string, string, number][] = [];
  const hash = createHash('sha256');
  const body = `${file}.body`;
  const out = fs.openSync(body, 'w');
  for await (const { path, lang, text } of documents) {
    const bytes = Buffer.from(text, 'utf8');
    entries.push([path, lang, bytes.length]);
    hash.update(bytes);
    fs.writeSync(out, bytes);
  }
  fs.closeSync(out);
  const header: Header = { documents: entries, sha256: hash.digest('hex') };
  const temporary = `${file}.tmp`;
  fs.writeFileSync(temporary, `${JSON.stringify(header)}\n`);
  await new Promise<void>((resolve, reject) => {
    const target = fs.createWriteStream(temporary, { flags: 'a', flush: true });
    fs.createReadStream(body)
      .on('error', reject)
      .pipe(target)
      .on('error', reject)
      .on('finish', () => resolve());
  });
  fs.rmSync(body);
  fs.renameSync(temporary, file);
}

/** @throws Error when the file is not a whole pack */
export function readPack(file: string): PackedCorpus {
  const fd = fs.openSync(file, 'r');
  try {
    const header = readHeader(fd, file);
    const size = header.parsed.documents.reduce((sum, [, , length]) => sum + length, 0);
    const bytes = new Uint8Array(new SharedArrayBuffer(size));
    let done = 0;
    while (done < size) {
      const read = fs.readSync(fd, bytes, done, Math.min(1 << 26, size - done), header.length + done);
      if (read === 0) throw new Error(`${file} is cut short. Delete it; it is built again from the corpus.`);
      done += read;
    }
    let start = 0;
    const documents = header.parsed.documents.map(([path, lang, length]) => {
      const document = { path, lang, start, end: start + length };
      start += length;
      return document;
    });
    return { bytes, documents };
  } finally {
    fs.closeSync(fd);
  }
}

function readHeader(fd: number, file: string): { parsed: Header; length: number } {
  const chunks: Buffer[] = [];
  for (let offset = 0; ; offset += 1 << 20) {
    const chunk = Buffer.alloc(1 << 20);
    const read = fs.readSync(fd, chunk, 0, chunk.length, offset);
    const newline = chunk.subarray(0, read).indexOf(10);
    chunks.push(chunk.subarray(0, newline < 0 ? read : newline));
    if (newline >= 0) {
      const text = Buffer.concat(chunks);
      return { parsed: JSON.parse(text.toString('utf8')) as Header, length: text.length + 1 };
    }
    if (read === 0)
      throw new Error(`${file} is not a packed corpus. Delete it; it is built again from the corpus.`);
  }
}
