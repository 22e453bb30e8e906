import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RandomStream } from 'shapewise/data'
import { vi } from 'vitest'
import { withDataFolder } from '../data-folder.js'

/** Noise in front of level stripes; pictures of class k have k + 1 of them, wherever they begin. */
function stripes(count: number, start: number): Uint8Array {
  const random = new RandomStream(start)
  const records = new Uint8Array(count * 3073)
  for (let i = 0; i < count; i++) {
    const label = random.integer(10)
    const begin = random.uniform(0, 2 * Math.PI)
    records[i * 3073] = label
    for (let at = 0; at < 3072; at++) {
      const row = Math.floor((at % 1024) / 32)
      const isLit = Math.sin(begin + (2 * Math.PI * (label + 1) * row) / 32) > 0
      records[i * 3073 + 1 + at] = random.uniform(0, 100) + (isLit ? 100 : 0)
    }
  }
  return records
}

/** While the tests of a file run, a folder of data as users have it, with striped pictures in the files of the first pictures of CIFAR-10. */
export function withStripedPictures(training: number, testing: number): void {
  withDataFolder(['cifar10'], (root) => {
    writeFileSync(join(root, 'cifar10', 'train_first4000.bin'), stripes(training, 1))
    writeFileSync(join(root, 'cifar10', 'test_first1000.bin'), stripes(testing, 2))
    vi.stubEnv('SHAPEWISE_OFFLINE', '1')
  })
}
