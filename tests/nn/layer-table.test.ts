import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { DType } from '../../src/core/dtype.js'
import * as nn from '../../src/nn/index.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { expectTensor, type LayerTruth, runLayerTest, toTensor } from '../support/runLayerTest.js'

// Truth: PyTorch, by scripts/fixtures/nn.py and those in scripts/fixtures/layers, one for each room.

/** A layer: its name, arguments (which may be layers), options last. Those with parameters are made in the dtype that is tested. */
type Call = readonly [name: string, ...args: unknown[]]

interface Case extends LayerTruth {
  readonly call: Call
}

const folder = new URL('../fixtures/layers/', import.meta.url)
const library: Readonly<Record<string, unknown>> = { ...nn }
const isCall = (x: unknown): x is Call => Array.isArray(x) && typeof x[0] === 'string' && x[0] in library
const isOptions = (x: unknown): boolean => typeof x === 'object' && x !== null && !Array.isArray(x)

/** The layer of a call; one around another has the dtype of that one. */
function make([name, ...args]: Call, dtype: DType | undefined): unknown {
  const made = library[name]
  if (typeof made !== 'function') throw new Error(`there is no nn.${name}`)
  const options = isOptions(args.at(-1)) ? args.pop() : {}
  const positional = args.map((arg) => (isCall(arg) ? make(arg, dtype) : arg))
  if (dtype !== undefined && !args.some(isCall)) return made(...positional, { ...(options as object), dtype })
  return Object.keys(options as object).length === 0 ? made(...positional) : made(...positional, options)
}

const read = (path: URL): unknown => JSON.parse(readFileSync(path, 'utf8'))
const rooms: readonly (readonly [name: string, cases: readonly Case[]])[] = [
  ['everyday', (read(new URL('../nn.json', folder)) as { layers: Case[] }).layers],
  ...readdirSync(folder).map((file) => [file.replace('.json', ''), read(new URL(file, folder)) as Case[]] as const),
]

for (const [room, cases] of rooms) {
  describe(`${room} layers are those of PyTorch`, () => {
    for (const { call, ...truth } of cases) {
      it(`${JSON.stringify(call)} on [${truth.input.shape}] ${truth.mode ?? ''}`, () => {
        const layer = make(call, undefined)
        if (!(layer instanceof nn.Layer)) throw new Error(`nn.${call[0]} makes no layer`)
        const takesDType = layer.variables().size > 0
        runLayerTest((dtype) => make(call, takesDType ? dtype : undefined) as nn.Layer, truth)
        if (!(layer instanceof nn.Activation)) return
        // Activations are also functions.
        const [name, ...args] = call
        const function_ = library[name] as (...args: unknown[]) => Tensor
        expectTensor('function', function_(toTensor(truth.input), ...args), truth.output)
      })
    }
  })
}

it('each layer is described in one line', () => {
  const text = nn
    .sequential(nn.conv2d(3, 4, [3, 2], { stride: 2, dilation: [1, 2] }), nn.convTranspose2d(4, 2, 2))
    .toString()
  expect(text.split('\n')).toHaveLength(3)
  expect(text).toContain('Conv2d 3 → 4, 3×2, stride 2, dilation [1, 2] (76 parameters)')
})
