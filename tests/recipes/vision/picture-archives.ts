import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodePng, type RandomStream } from 'shapewise/data'
import { tarOf } from '../tar-files.js'

export const NUCLEI = 'nuclei-dsb2018-256'
const SIDE = 256

/** Pictures with bright discs on dark ground in a folder of data, in the form of the nuclei; `grey` is how bright a pixel is. */
export async function writeDiscs(
  root: string,
  random: RandomStream,
  options: {
    readonly pictures: number
    readonly discs: number
    readonly radius: () => number
    readonly grey: (x: number, y: number, isInside: boolean) => number
  },
): Promise<void> {
  const { pictures, discs, radius, grey } = options
  const files: Record<string, Uint8Array> = {}
  for (let i = 0; i < pictures; i++) {
    const all = Array.from(
      { length: discs },
      () => [random.uniform(0, SIDE), random.uniform(0, SIDE), radius()] as const,
    )
    const places = Array.from({ length: SIDE * SIDE }, (_, at) => [at % SIDE, Math.floor(at / SIDE)] as const)
    const numberAt = (x: number, y: number) =>
      1 + all.findIndex(([left, top, far]) => Math.hypot(x - left, y - top) < far)
    const labels = Uint8Array.from(places, ([x, y]) => numberAt(x, y))
    const images = Uint8Array.from(places, ([x, y], at) => grey(x, y, labels[at]! > 0))
    for (const [kind, data] of Object.entries({ images, labels })) {
      files[`nuclei256/${kind}/${i}.png`] = await encodePng({ width: SIDE, height: SIDE, channels: 1, data })
    }
  }
  writeFileSync(join(root, NUCLEI, 'nuclei256.tar'), tarOf(files))
}
