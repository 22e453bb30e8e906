import * as shapewise from 'shapewise'
import { setBackend } from 'shapewise'
import { describe, expect, it } from 'vitest'
import { RandomStream } from '../../src/core/threefry.js'
import * as activations from '../../src/nn/layers/activation/activations.js'
import * as losses from '../../src/nn/losses/index.js'
import * as operations from '../../src/operations/index.js'
import { contractions } from '../../src/tensor/methods/contraction.js'
import { elementwise } from '../../src/tensor/methods/elementwise.js'
import { indexing } from '../../src/tensor/methods/indexing.js'
import { linear } from '../../src/tensor/methods/linear.js'
import { movement } from '../../src/tensor/methods/movement.js'
import { pictures } from '../../src/tensor/methods/pictures.js'
import { composition } from '../../src/tensor/methods/pipe.js'
import { reductions } from '../../src/tensor/methods/reduction.js'
import { Draw, Workshop } from './draw.js'
import './wide.js'
import { rows } from './operations/index.js'

const methods = Object.keys({
  ...elementwise,
  ...reductions,
  ...movement,
  ...contractions,
  ...indexing,
  ...linear,
  ...pictures,
  ...composition,
})

const isFunction = ([name, value]: [string, unknown]): boolean => typeof value === 'function' && !/^[A-Z]/.test(name)
const namesIn = (module: object): string[] =>
  Object.entries(module)
    .filter(isFunction)
    .map(([name]) => name)

/** What does not compute, with the reason. */
const notOperations: { readonly [name: string]: string } = {
  backend: 'chooses where programs run',
  backendNames: 'chooses where programs run',
  loadWasmBackend: 'chooses where programs run',
  registerBackend: 'chooses where programs run',
  setBackend: 'chooses where programs run',
  kernelReport: 'describes the kernels',
  profile: 'takes times',
  seed: 'in every program that draws numbers',
  checkGradients: 'checks, with numbers on the host',
  treeFill: 'makes trees of values that are no tensors',
  treeLeaves: 'goes through trees',
  treeReduce: 'goes through trees',
  tensor: 'in every program',
  unique: 'reads values',
  nonZero: 'reads values',
}

/** Under another name in the table. */
const elsewhere: { readonly [name: string]: string } = {
  where: 'where',
  binaryCrossEntropyWithLogits: 'nn.binaryCrossEntropy',
  crossEntropy: 'nn.crossEntropy',
  meanSquaredError: 'nn.meanSquaredError',
  meanAbsoluteError: 'nn.meanAbsoluteError',
  huber: 'nn.huber',
  unitLength: 'normalize',
}

const isCovered = (name: string): boolean =>
  rows.has(name) || rows.has(`nn.${name}`) || rows.has(`ops.${name}`) || rows.has(elsewhere[name] ?? '')

describe('random programs are made of', () => {
  // What bits mean in double precision is another thing.
  it.each(methods.filter((name) => name !== 'bitcast'))('the method %s', (name) => {
    expect(rows.has(name)).toBe(true)
  })

  it.each(namesIn(shapewise).filter((name) => notOperations[name] === undefined))('the function %s', (name) => {
    expect(rows.has(name)).toBe(true)
  })

  it.each(namesIn(shapewise.random).filter((name) => !['seed', 'key'].includes(name)))('random.%s', (name) => {
    expect(rows.has(`random.${name}`)).toBe(true)
  })

  // Layers are made of these and of the operations.
  it.each(namesIn({ ...activations, ...losses }))('nn.%s', (name) => {
    expect(rows.has(`nn.${name}`)).toBe(true)
  })

  it.each(namesIn(operations).filter((name) => !['lift', 'bitcast'].includes(name)))('the operation %s', (name) => {
    expect(isCovered(name)).toBe(true)
  })

  it.each([...rows.keys()])('the row %s, which can be computed', (name) => {
    setBackend('wide')
    const isMade = (seed: number): boolean => {
      const shop = new Workshop(new RandomStream(seed, 3), { size: 600, work: 20_000, axis: 16 }, false)
      const d = new Draw(shop, [], 0)
      for (let i = 0; i < 3; i++) d.input('float32', d.shape(1 + i))
      const expression = rows.get(name)?.(d)
      return expression !== undefined && d.add(name, expression) !== undefined
    }
    expect(Array.from({ length: 200 }, (_, seed) => seed).some(isMade)).toBe(true)
  })
})
