import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Tensor } from '../../src/index.js'
import { byFormula, picture } from './formula.js'

// Truth: PyTorch, by the scripts in scripts/fixtures/models, torchvision's networks where it has them.

interface Case {
  readonly call: string
  readonly input: readonly number[]
  readonly outputs: Readonly<Record<string, { shape: number[]; every: number; values: number[] }>>
}

const folder = new URL('../fixtures/models/', import.meta.url)

for (const file of readdirSync(folder)) {
  const cases = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Case[]
  describe(`networks of the room ${file.replace('.json', '')} give what PyTorch gives`, () => {
    it.each(cases.map((one) => [one.call, one] as const))('%s', (call, { input, outputs }) => {
      const given = byFormula(call).forward(picture(input))
      for (const [name, { shape, every, values }] of Object.entries(outputs)) {
        const found = given instanceof Tensor ? given : given[name]
        expect(found.shape).toEqual(shape)
        const numbers = found.dataSync()
        const largest = Math.max(...values.map(Math.abs))
        values.forEach((value, i) => {
          expect(Math.abs(numbers[i * every] - value) / largest, `${name} ${i}: ${value}`).toBeLessThan(1e-3)
        })
      }
    })
  })
}
