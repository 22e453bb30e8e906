import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodePng, RandomStream } from 'shapewise/data'
import { withDataFolder } from '../data-folder.js'
import { tarOf } from '../tar-files.js'

/** A picture in colours, and the number of what is at each of its pixels. */
type Scene = (x: number, y: number) => { readonly color: readonly number[]; readonly label: number }

async function drawn(scene: Scene, width: number, height: number): Promise<readonly [Uint8Array, Uint8Array]> {
  const places = Array.from({ length: width * height }, (_, i) => scene(i % width, Math.floor(i / width)))
  const picture = { width, height, channels: 3, data: Uint8Array.from(places.flatMap(({ color }) => color)) }
  const labels = { width, height, channels: 1, data: Uint8Array.from(places, ({ label }) => label) }
  return [await encodePng(picture), await encodePng(labels)]
}

/** While the tests of a file run, so many pictures with bright discs on dark ground, in the form of the nuclei. */
export function withDiscs(count: number): void {
  withDataFolder(['nuclei-dsb2018-256'], async (root) => {
    const draw = new RandomStream(7)
    const files: Record<string, Uint8Array> = {}
    for (let i = 0; i < count; i++) {
      const discs = Array.from({ length: 24 }, () => [draw.uniform(0, 256), draw.uniform(0, 256), draw.uniform(5, 12)])
      const [picture, labels] = await drawn(
        (x, y) => {
          const label = 1 + discs.findIndex(([left, top, radius]) => Math.hypot(x - left!, y - top!) < radius!)
          return { label, color: new Array(3).fill(label > 0 ? 60 + ((x * y) % 20) : 5) }
        },
        256,
        256,
      )
      files[`nuclei256/images/${i}.png`] = picture
      files[`nuclei256/labels/${i}.png`] = labels
    }
    writeFileSync(join(root, 'nuclei-dsb2018-256/nuclei256.tar'), tarOf(files))
  })
}
