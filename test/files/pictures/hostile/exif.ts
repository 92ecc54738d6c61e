/** A TIFF directory that leads to itself, as in EXIF. */
export function loopingExif(): Buffer {
  const entry = Buffer.alloc(12);
  entry.writeUInt16LE(0x8769, 0);
  entry.writeUInt16LE(4, 2);
  entry.writeUInt32LE(1, 4);
  entry.writeUInt32LE(8, 8);
  const head = Buffer.from('49492a0008000000', 'hex');
  return Buffer.concat([head, Buffer.from([1, 0]), entry, Buffer.from([8, 0, 0, 0])]);
}

/** EXIF that says it has a value of 4 GiB. */
export function boundlessExif(): Buffer {
  const bytes = loopingExif();
  bytes.writeUInt16LE(0x010e, 10);
  bytes.writeUInt16LE(2, 12);
  bytes.writeUInt32LE(0xffffffff, 14);
  return bytes;
}
