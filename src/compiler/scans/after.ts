import { add } from '../../graph/build.js'
import type { Graph } from '../../graph/graph.js'
import { isOp, type Node } from '../../graph/node.js'
import { replaceSources } from '../passes/inner.js'
import { Late } from './late.js'
import { type Carry, type Loop, loopOf, run } from './loop.js'
import { afterAllSteps } from './stack.js'
import { sumOverSteps } from './sum.js'

/**
 * Moves out of scans what no later step waits for: sums over the steps of products, Σₜ aₜ·bₜ, which become one product over steps
 * and rows at once, and products of what is collected with a matrix that stays. Their factors are collected instead, where
 * that costs less than the sum, or the reading of the matrix, in every step.
 */
export const deferFromScans = (graph: Graph): Graph =>
  replaceSources(graph, (node) => (isOp(node, 'scan') && node.attributes.length > 1 ? defer(loopOf(node)) : undefined))

function defer(loop: Loop): readonly Node[] | undefined {
  const late = new Late(loop)
  const sums = loop.carries.map((_, i) => {
    const terms = late.terms[i] ?? []
    return { now: terms.filter((term) => !late.isDeferred(term)), later: terms.filter(late.isDeferred) }
  })
  const outputs = loop.collected.filter(late.isDeferred)
  if (outputs.length === 0 && sums.every(({ later }) => later.length === 0)) return undefined

  const carries = loop.carries.flatMap((carry, i): Carry[] => {
    const { now, later } = sums[i]
    if (later.length === 0) return [carry]
    return now.length === 0 ? [] : [{ ...carry, next: now.reduce(add, carry.inner) }]
  })
  const kept = loop.collected.filter((output) => !late.isDeferred(output))
  const collected = [...new Set([...kept, ...late.factors()])]
  const results = run({ ...loop, carries, collected })
  const stacks = new Map(collected.map((node, i) => [node, results[carries.length + i]]))

  const moved = sums.flatMap(({ later }, i) => (later.length > 0 ? [i] : []))
  const made = afterAllSteps(loop, stacks, (stackOf) => [
    ...moved.map((i) => sums[i].later.map((term) => sumOverSteps(term, late.isFixed, stackOf)).reduce(add)),
    ...outputs.map(stackOf),
  ])
  const last = loop.carries.map(({ inner, value }, i) => {
    const place = carries.findIndex((carry) => carry.inner === inner)
    const summedNow = place < 0 ? value : results[place]
    return moved.includes(i) ? add(summedNow, made[moved.indexOf(i)]) : summedNow
  })
  const collectedStacks = loop.collected.map(
    (output) => stacks.get(output) ?? made[moved.length + outputs.indexOf(output)],
  )
  return [...last, ...collectedStacks]
}
