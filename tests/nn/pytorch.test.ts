import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as nn from '../../src/nn/index.js'
import { tensor } from '../../src/tensor/create.js'
import { grad } from '../../src/tensor/gradients.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { expectTensor, type Stored, toTensor } from '../support/runLayerTest.js'

// Truth: PyTorch, by scripts/fixtures/nn.py.

type Call = readonly [name: string, ...args: unknown[]]

interface Fixtures {
  readonly losses: readonly {
    readonly call: Call
    readonly inputs: readonly Stored[]
    readonly value: Stored
    readonly gradients: readonly (Stored | null)[]
  }[]
}

const { losses }: Fixtures = JSON.parse(readFileSync(new URL('../fixtures/nn.json', import.meta.url), 'utf8'))

const library: Readonly<Record<string, unknown>> = { ...nn }

function call(name: string, args: readonly unknown[]): unknown {
  const made = library[name]
  if (typeof made !== 'function') throw new Error(`there is no nn.${name}`)
  return made(...args)
}

describe('losses are those of PyTorch', () => {
  for (const { call: entry, inputs, value, gradients } of losses) {
    const [name, given = {}] = entry
    it(`${JSON.stringify(entry)} of ${inputs.map(({ dtype, shape }) => `${dtype}[${shape}]`).join(' and ')}`, () => {
      const options = { ...(given as { weight?: number[] }) } as Record<string, unknown>
      if (Array.isArray(options.weight))
        options.weight = tensor(Float64Array.from(options.weight), [options.weight.length])
      const tensors = inputs.map(toTensor)
      const loss = call(name, [...tensors, options]) as Tensor
      expectTensor('value', loss, value)
      const weights = tensor(
        Float64Array.from({ length: loss.size }, (_, i) => Math.cos(1 + i)),
        [...loss.shape],
      )
      gradients.forEach((wanted, i) => {
        if (wanted !== null) expectTensor(`gradient ${i}`, grad(loss.mul(weights).sum(), tensors[i]), wanted)
      })
      expect(gradients.some((wanted) => wanted !== null)).toBe(true)
    })
  }
})
