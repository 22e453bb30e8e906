import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateDigits, writeIdx } from 'shapewise/data'
import { withDataFolder } from './data-folder.js'

/** While the tests of a file run, a folder of data as users have it, with a few generated digits in the files of MNIST; gives its path. */
export function withDigitFiles(training: number, testing: number): () => string {
  return withDataFolder(['mnist'], (root) => {
    const { images, labels } = generateDigits({ count: training + testing, seed: 1 })
    const write = (name: string, from: number, to: number): void => {
      const shape = [to - from, 28, 28]
      const pictures = { type: 'uint8' as const, shape, data: images.subarray(784 * from, 784 * to) }
      const digits = { type: 'uint8' as const, shape: [to - from], data: labels.subarray(from, to) }
      writeFileSync(join(root, 'mnist', `${name}-images-idx3-ubyte`), writeIdx(pictures))
      writeFileSync(join(root, 'mnist', `${name}-labels-idx1-ubyte`), writeIdx(digits))
    }
    write('train', 0, training)
    write('t10k', training, training + testing)
  })
}
