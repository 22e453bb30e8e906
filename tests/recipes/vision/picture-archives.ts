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

/** While the tests of a file run, so many pictures of a road below, the sky above and a house between them, in the form of CamVid. */
export function withRoads(count: number): void {
  withDataFolder(['camvid-subset'], async (root) => {
    const draw = new RandomStream(7)
    const files: Record<string, Uint8Array> = {}
    for (const part of ['train', 'val', 'test']) {
      for (let i = 0; i < count; i++) {
        const [horizon, left] = [draw.uniform(120, 240), draw.uniform(0, 300)]
        const [picture, labels] = await drawn(
          (x, y) => {
            if (x < 20) return { label: 11, color: [0, 0, 0] }
            if (x > left && x < left + 150 && y > 60 && y < horizon + 30) return { label: 1, color: [140, 60, 40] }
            return y < horizon ? { label: 0, color: [150, 190, 240] } : { label: 3, color: [90, 90, 100] }
          },
          480,
          360,
        )
        files[`CamVid/${part}/${i}.png`] = picture
        files[`CamVid/${part}annot/${i}.png`] = labels
      }
    }
    writeFileSync(join(root, 'camvid-subset/camvid_subset.tar'), tarOf(files))
  })
}
