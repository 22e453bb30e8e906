import { type Graph, orderOf } from '../../graph/graph.js'
import { algebra } from '../passes/algebra.js'
import { deduplicate } from '../passes/deduplicate.js'
import { deferFromScans } from './after.js'
import { hoistFromScans } from './before.js'
import { tidyScans } from './tidy.js'

/** Leaves in scans only what has to be done step by step. */
export function loosenScans(graph: Graph): Graph {
  if (!orderOf(graph).some(({ op }) => op === 'scan')) return graph
  const passes = [hoistFromScans, deferFromScans, tidyScans, algebra, deduplicate]
  return passes.reduce((changed, pass) => pass(changed), graph)
}
