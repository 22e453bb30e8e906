import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RandomStream } from 'shapewise/data'
import { withDataFolder } from '../data-folder.js'
import { NUCLEI, writeDiscs } from './picture-archives.js'

const [PICTURES, TUMOURS] = [8, 100]

/** While the tests of a file run, a folder of data as users have it, with a few tumours whose numbers tell what they are, and discs for nuclei. */
export function withMedicalFiles(): void {
  withDataFolder(['tabular/uci-small', NUCLEI], async (root) => {
    const random = new RandomStream(1)
    const rows = Array.from({ length: TUMOURS }, (_, i) => {
      const numbers = Array.from({ length: 30 }, () => (random.normal() + (i % 2)).toFixed(4))
      return [i, i % 2 === 1 ? 'M' : 'B', ...numbers].join(',')
    })
    writeFileSync(join(root, 'tabular/uci-small/wdbc.data'), `${rows.join('\n')}\n`)
    const grey = (_x: number, _y: number, isInside: boolean) => (isInside ? 200 : 20)
    await writeDiscs(root, random, { pictures: PICTURES, discs: 12, radius: () => 10, grey })
  })
}
