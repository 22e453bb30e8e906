import { fail } from '../core/errors.js'
import * as build from '../graph/build.js'
import type { Node } from '../graph/node.js'
import { dataNode } from './runtime.js'
import { Tensor } from './tensor.js'
import { Buffer } from './variable.js'

/** The two words of a key for a number: Threefry keys are 64 bits wide. */
export function keyWords(seed: number): Uint32Array {
  if (!Number.isSafeInteger(seed) || seed < 0)
    fail(`random: the seed ${seed} is not a whole number, 0 or more`, 'Use something like seed(42).')
  return Uint32Array.of(Math.floor(seed / 2 ** 32), seed % 2 ** 32)
}

let generator: Buffer | undefined

/** The state of the global generator: a key that each draw replaces. Made on first use, with seed 0. */
export function generatorSlot(): Buffer {
  generator ??= new Buffer(new Tensor(dataNode({ dtype: 'uint32', shape: [2] }, keyWords(0))), 'random generator')
  return generator
}

/** Starts the global generator anew. */
export function seedGenerator(seed: number): void {
  generatorSlot().assignNode(dataNode({ dtype: 'uint32', shape: [2] }, keyWords(seed)))
}

/** A fresh key; the generator moves on. Inside a compiled function this happens on every call of it. */
export function drawKey(): Node {
  const slot = generatorSlot()
  const words = build.randomBits(slot.node, [4])
  slot.assignNode(build.slice(words, [0], [2]))
  return build.slice(words, [2], [2])
}

/** `count` independent keys [count, 2] from one. */
export const splitKey = (key: Node, count: number): Node =>
  build.reshape(build.randomBits(key, [2 * count]), [count, 2])
