/** An archive of files. */
export const tarOf = (files: Readonly<Record<string, Uint8Array>>): Buffer =>
  Buffer.concat([...Object.entries(files).map(([path, bytes]) => archived(path, bytes)), Buffer.alloc(1024)])

/** A file with its header, as tar archives have them: blocks of 512 bytes. */
function archived(path: string, bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(512)
  header.write(path, 0)
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('        0', 148)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}
