import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodePng, RandomStream, writeZip } from 'shapewise/data'
import { withDataFolder } from '../data-folder.js'

const SIDE = 105

type Points = readonly (readonly [number, number])[]

/** While the tests of a file run, a folder of data as users have it, with a few zigzags in the files of Omniglot. */
export function withOmniglotFiles({ characters = 4, drawers = 6, runs = 2 } = {}): void {
  const random = new RandomStream(1)
  const sign = (): Points => Array.from({ length: 5 }, () => [random.uniform(20, 85), random.uniform(20, 85)] as const)
  const drawn = (points: Points) => png(points.map(([x, y]) => [x + random.normal(0, 2), y + random.normal(0, 2)]))
  withDataFolder(['omniglot'], async (root) => {
    const write = (name: string, files: [string, Uint8Array][]) =>
      writeFileSync(join(root, 'omniglot', name), writeZip(files))
    const sets = { small1: ['Balinese', 'Early_Aramaic', 'Greek'], small2: ['Greek', 'Sanskrit', 'Tagalog'] }
    const signs = new Map<string, [string, Uint8Array][]>()
    for (const [set, alphabets] of Object.entries(sets)) {
      const files: [string, Uint8Array][] = []
      for (const alphabet of alphabets) {
        for (let i = 1; i <= characters; i++) {
          const name = `${alphabet}/character0${i}`
          const points = sign()
          const own = signs.get(name) ?? []
          for (let k = own.length; k < drawers; k++) own.push([`0001_0${k + 1}.png`, await drawn(points)])
          signs.set(name, own)
          for (const [file, bytes] of own) files.push([`images_background_${set}/${name}/${file}`, bytes])
        }
      }
      write(`images_background_${set}.zip`, files)
    }
    const files: [string, Uint8Array][] = []
    for (let run = 1; run <= runs; run++) {
      const folder = `run0${run}`
      const lines: string[] = []
      for (let i = 0; i < 3; i++) {
        const points = sign()
        // The drawing to recognise has the number of the one that is learned from in the other direction.
        const [test, train] = [`${folder}/test/item0${3 - i}.png`, `${folder}/training/class0${i + 1}.png`]
        files.push([test, await drawn(points)], [train, await drawn(points)])
        lines.push(`${test} ${train}`)
      }
      files.push([`${folder}/class_labels.txt`, new TextEncoder().encode(`${lines.join('\n')}\n`)])
    }
    write('all_runs.zip', files)
  })
}

/** Ink is black: lines of three pixels between points. */
function png(points: Points): Promise<Uint8Array> {
  const data = new Uint8Array(SIDE * SIDE).fill(255)
  for (let i = 1; i < points.length; i++) {
    const [[x, y], [toX, toY]] = [points[i - 1]!, points[i]!]
    for (let part = 0; part <= 1; part += 0.005) {
      const [column, row] = [Math.round(x + part * (toX - x)), Math.round(y + part * (toY - y))]
      for (const down of [-1, 0, 1]) for (const right of [-1, 0, 1]) data[SIDE * (row + down) + column + right] = 0
    }
  }
  return encodePng({ width: SIDE, height: SIDE, channels: 1, data })
}
