import fc from 'fast-check'
import { describe, it } from 'vitest'
import * as build from '../../src/graph/build.js'
import type { Node } from '../../src/graph/node.js'
import { gradient } from '../../src/transform/gradient.js'
import { type Argument, all, each, expectLoop, type NodeFunction, normal, vmapped } from './loop-over-examples.js'
import { randomProgram } from './random-program.js'

const program = fc
  .array(fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000)), { minLength: 1, maxLength: 12 })
  .map(randomProgram)
const shape = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 })
const mapped = fc.tuple(fc.boolean(), fc.boolean()).filter((flags) => flags.includes(true))

const argumentsOf = (shapes: readonly number[][], mapped: readonly boolean[]): Argument[] =>
  shapes.map((shape, i) => (mapped[i] ? each(normal(shape), normal(shape), normal(shape)) : all(normal(shape))))

describe('random programs', () => {
  it('vmap gives what a loop gives', () => {
    fc.assert(
      fc.property(program, fc.tuple(shape, shape), mapped, (f, shapes, mapped) => {
        expectLoop(f, argumentsOf(shapes, mapped), 3)
      }),
      { numRuns: 500 },
    )
  })

  it('vmap of vmap gives what a loop gives', () => {
    fc.assert(
      fc.property(program, fc.tuple(shape, shape), mapped, mapped, (f, shapes, inner, outer) => {
        const withAxis = shapes.map((shape, i) => (inner[i] ? [2, ...shape] : shape))
        expectLoop(vmapped(f, inner, 2), argumentsOf(withAxis, outer), 3)
      }),
      { numRuns: 300 },
    )
  })

  it('vmap of the gradient gives what a loop gives', () => {
    fc.assert(
      fc.property(program, fc.tuple(shape, shape), mapped, (f, shapes, mapped) => {
        expectLoop(slopes(f), argumentsOf(shapes, mapped), 3, 1e-8)
      }),
      { numRuns: 300 },
    )
  })
})

/** The gradients of the sum of all outputs. */
const slopes =
  (f: NodeFunction): NodeFunction =>
  (inputs) => {
    // Inputs of their own, since a program may return its input as it is.
    const x = inputs.map((input) => build.mul(input, build.onesLike(input)))
    const outputs = f(x)
    const found = gradient(outputs, outputs.map(build.onesLike), x)
    return found.map((node: Node | undefined, i) => node ?? build.zerosLike(x[i]))
  }
