import type { Graph } from '../graph/graph.js'
import { algebra } from './passes/algebra.js'
import { joinBlocks } from './passes/blocks.js'
import { deduplicate } from './passes/deduplicate.js'
import { fold } from './passes/fold.js'
import { dropUnreadOutputs, inlineCalls, simplifyInner } from './passes/inner.js'
import { gatherSpread } from './passes/spread.js'
import { loosenScans } from './scans/loosen.js'
import { shareScans } from './scans/share.js'

/** A pass: a function from graph to graph of the same meaning. */
export interface Pass {
  readonly name: string
  run(graph: Graph): Graph
}

/** In order. Dead code needs no pass of its own: what the outputs do not need is not visited. */
export const passes: readonly Pass[] = [
  { name: 'inline calls', run: inlineCalls },
  { name: 'drop unread outputs', run: dropUnreadOutputs },
  { name: 'simplify inner graphs', run: (graph) => simplifyInner(graph, simplify) },
  { name: 'fold constants', run: fold },
  { name: 'spread images', run: gatherSpread },
  { name: 'algebra', run: algebra },
  { name: 'blocks beside each other', run: joinBlocks },
  { name: 'common subexpressions', run: deduplicate },
  { name: 'shared scans', run: shareScans },
  { name: 'out of scans', run: loosenScans },
]

/** Applies all passes. Fusion has its place after them: it turns a simplified graph into kernels. */
export function simplify(graph: Graph): Graph {
  return passes.reduce((simplified, pass) => pass.run(simplified), graph)
}
