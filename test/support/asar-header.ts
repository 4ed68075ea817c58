import { writeFileSync } from 'node:fs';

/** Writes an archive of nothing but its header: the pickle of its size, then the pickle of its text. */
export function writeAsarHeader(path: string, header: object): void {
  const text = Buffer.from(JSON.stringify(header));
  const sizes = Buffer.alloc(16);
  sizes.writeUInt32LE(4, 0);
  sizes.writeUInt32LE(text.length + 8, 4);
  sizes.writeUInt32LE(text.length + 4, 8);
  sizes.writeUInt32LE(text.length, 12);
  writeFileSync(path, Buffer.concat([sizes, text]));
}
