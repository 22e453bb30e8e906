import { range } from '../../../../core/shape.js'
import * as build from '../../../../graph/build.js'
import type { Node } from '../../../../graph/node.js'
import * as ops from '../../../../operations/index.js'
import type { Call, Row } from '../call.js'

/** −weight[label] · logp[label], of log probabilities [batch, classes, …places] and labels [batch, …places]. */
function likelihood(call: Call, logProbabilities: Node, labels: Node, weights: Node | undefined): Node {
  const { attributes } = call
  const reduction = attributes.choice('reduction', ['mean', 'sum', 'none'], 'mean')
  const ignored = attributes.has('ignore_index') ? attributes.int('ignore_index') : undefined
  const index = build.cast(labels, 'int32')
  const counts = ignored === undefined ? undefined : ops.notEqual(index, ignored)
  const label = counts === undefined ? index : ops.where(counts, index, 0)
  const last = ops.moveAxis(logProbabilities, 1, -1)
  const chosen = ops.neg(ops.squeeze(ops.takeAlongAxis(last, ops.unsqueeze(label, -1), -1), -1))
  const weight = weights === undefined ? build.fill(1, chosen.shape, chosen.dtype) : ops.take(weights, label, 0)
  const counted = counts === undefined ? weight : ops.where(counts, weight, 0)
  const losses = ops.mul(chosen, counted)
  if (reduction === 'none') return losses
  const total = ops.sum(losses, range(losses.rank))
  return reduction === 'sum' ? total : ops.div(total, ops.sum(counted, range(losses.rank)))
}

export const lossOperators = {
  NegativeLogLikelihoodLoss: (call) => likelihood(call, call.x, call.input(1), call.inputs[2]),
  SoftmaxCrossEntropyLoss: (call) => {
    const logProbabilities = ops.logSoftmax(call.x, 1)
    return [likelihood(call, logProbabilities, call.input(1), call.inputs[2]), logProbabilities]
  },
} as const satisfies { readonly [operator: string]: Row }
