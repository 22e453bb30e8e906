// What the threads of loading.js run: the JPEG files of a batch become its pixels.
// By path: the names that a process is told of do not reach its threads.
import { decodeImage } from '../dist/data/index.js'

export default async (batch) => {
  const pictures = await Promise.all(batch.map(({ file }) => decodeImage(file, { channels: 3 })))
  const inputs = new Uint8Array(pictures.length * 32 * 32 * 3)
  for (const [i, { data }] of pictures.entries()) inputs.set(data, i * data.length)
  return { inputs, labels: Int32Array.from(batch, ({ label }) => label) }
}
