import { readFileSync } from 'node:fs'
import { connectedComponents } from 'shapewise/data'
import { expect, it } from 'vitest'

interface Case {
  readonly width: number
  readonly height: number
  readonly mask: readonly number[]
  readonly numbers: readonly number[]
}

const cases: readonly Case[] = JSON.parse(readFileSync(new URL('../fixtures/components.json', import.meta.url), 'utf8'))

it.each(cases)('parts of a mask of $width × $height are those of SciPy', ({ mask, numbers, ...size }) => {
  const found = connectedComponents(mask, size)
  // SciPy does not promise in which order it numbers them: the same pixels must belong together.
  const pairs = new Set(Array.from(found, (number, i) => `${number} ${numbers[i]}`))
  expect(pairs.size).toBe(new Set(numbers).size)
  expect(new Set(found).size).toBe(pairs.size)
  expect(found.map((number) => Math.min(number, 1))).toEqual(Int32Array.from(mask))
  // In the order in which rows meet them.
  const first = Array.from(found).filter((number, i, all) => number > 0 && all.indexOf(number) === i)
  expect(first).toEqual(first.map((_, i) => i + 1))
})

it('a mask of another size is refused', () => {
  expect(() => connectedComponents([1, 0], { width: 2, height: 2 })).toThrow(/2 pixels are not 2 × 2/)
})
