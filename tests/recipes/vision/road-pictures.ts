import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodePng, RandomStream } from 'shapewise/data'
import { withDataFolder } from '../data-folder.js'
import { tarOf } from '../tar-files.js'

const [WIDTH, HEIGHT] = [480, 360]
const [NO_LABEL, HOUSE, SKY, ROAD] = [
  ...[
    { label: 11, color: [0, 0, 0] },
    { label: 1, color: [140, 60, 40] },
  ],
  ...[
    { label: 0, color: [150, 190, 240] },
    { label: 3, color: [90, 90, 100] },
  ],
] as const

/** While the tests of a block run, so many pictures of a road below, the sky above and a house between them, in the form of CamVid. */
export function withRoads(count: number): void {
  withDataFolder(['camvid-subset'], async (root) => {
    const random = new RandomStream(7)
    const files: Record<string, Uint8Array> = {}
    for (const part of ['train', 'val', 'test']) {
      for (let i = 0; i < count; i++) {
        const [horizon, left] = [random.uniform(120, 240), random.uniform(0, 300)]
        const things = Array.from({ length: WIDTH * HEIGHT }, (_, pixel) => {
          const [x, y] = [pixel % WIDTH, Math.floor(pixel / WIDTH)]
          if (x < 20) return NO_LABEL
          if (x > left && x < left + 150 && y > 60 && y < horizon + 30) return HOUSE
          return y < horizon ? SKY : ROAD
        })
        const size = { width: WIDTH, height: HEIGHT }
        const colors = Uint8Array.from(things.flatMap(({ color }) => color))
        const labels = Uint8Array.from(things, ({ label }) => label)
        files[`CamVid/${part}/${i}.png`] = await encodePng({ ...size, channels: 3, data: colors })
        files[`CamVid/${part}annot/${i}.png`] = await encodePng({ ...size, channels: 1, data: labels })
      }
    }
    writeFileSync(join(root, 'camvid-subset/camvid_subset.tar'), tarOf(files))
  })
}
