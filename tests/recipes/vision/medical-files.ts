import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodePng, RandomStream } from 'shapewise/data'
import { withDataFolder } from '../data-folder.js'
import { tarOf } from '../tar-files.js'

const [SIDE, PICTURES, TUMOURS] = [256, 8, 100]

/** While the tests of a file run, a folder of data as users have it, with a few tumours whose numbers tell what they are, and discs for nuclei. */
export function withMedicalFiles(): void {
  withDataFolder(['tabular/uci-small', 'nuclei-dsb2018-256'], async (root) => {
    const random = new RandomStream(1)
    const rows = Array.from({ length: TUMOURS }, (_, i) => {
      const numbers = Array.from({ length: 30 }, () => (random.normal() + (i % 2)).toFixed(4))
      return [i, i % 2 === 1 ? 'M' : 'B', ...numbers].join(',')
    })
    writeFileSync(join(root, 'tabular/uci-small/wdbc.data'), `${rows.join('\n')}\n`)
    const files: Record<string, Uint8Array> = {}
    for (let i = 0; i < PICTURES; i++) {
      const discs = Array.from({ length: 12 }, () => [random.uniform(0, SIDE), random.uniform(0, SIDE)] as const)
      const labels = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => {
        return 1 + discs.findIndex(([x, y]) => Math.hypot((at % SIDE) - x, Math.floor(at / SIDE) - y) < 10)
      })
      const grey = labels.map((label) => (label > 0 ? 200 : 20))
      for (const [kind, data] of Object.entries({ images: grey, labels })) {
        files[`nuclei256/${kind}/${i}.png`] = await encodePng({ width: SIDE, height: SIDE, channels: 1, data })
      }
    }
    writeFileSync(join(root, 'nuclei-dsb2018-256/nuclei256.tar'), tarOf(files))
  })
}
