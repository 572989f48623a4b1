import { deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly body?: string;
  /** Unix mode, file type included; a regular file by default. */
  readonly mode?: number;
  /** Size that the archive declares; the true one by default. */
  readonly declared?: number;
  /** Bits such as 1: encrypted. */
  readonly flags?: number;
}

/** A zip archive of entries, whatever is wrong with them: checksums aside, readers go by what is declared here. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, body = '', mode = 0o100644, declared, flags = 0 } of entries) {
    const packed = deflateRawSync(body);
    const bytes = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags | 0x800, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(declared ?? Buffer.byteLength(body), 18);
    common.writeUInt16LE(bytes.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(mode * 65536, 6);
    rest.writeUInt32LE(at, 10);
    const madeOnUnix = Buffer.from([20, 3]);
    directory.push(Buffer.from('PK\x01\x02'), madeOnUnix, common, rest, bytes);
    const file = Buffer.concat([Buffer.from('PK\x03\x04'), common, bytes, packed]);
    files.push(file);
    at += file.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...files, ...directory, end]);
}
