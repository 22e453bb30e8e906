import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'

/** β · old + (1 − β) · value: a running mean. */
export const running = (old: Node, value: Node, beta: number): Node =>
  ops.add(ops.mul(old, beta), ops.mul(value, 1 - beta))

/** 1 − βᵗ, the total weight of t values in a running mean; written so that it is exact for β near 1. */
export const unforgotten = (beta: number, t: Node): Node =>
  beta === 0 ? ops.lift(1, t) : ops.neg(ops.expm1(ops.mul(t, Math.log(beta))))

/** √Σ x² over all elements. */
export const normOf = (x: Node): Node => ops.sqrt(ops.sum(ops.mul(x, x)))
