import type { Primitive } from '../../graph/primitives.js'
import { contractionEvaluations } from './contractions.js'
import { controlEvaluations } from './control.js'
import type { Evaluation } from './elements.js'
import { elementwiseEvaluations } from './elementwise.js'
import { indexingEvaluations } from './indexing.js'
import { linearAlgebraEvaluations } from './linear-algebra.js'
import { movementEvaluations } from './movement.js'
import { reductionEvaluations } from './reductions.js'
import { windowEvaluations } from './windows.js'

export type { Elements, Evaluation, Run } from './elements.js'

/** What each primitive computes, in plain loops: one row per primitive. */
export const evaluations: { readonly [P in Primitive]: Evaluation<P> } = {
  ...elementwiseEvaluations,
  ...movementEvaluations,
  ...reductionEvaluations,
  ...contractionEvaluations,
  ...windowEvaluations,
  ...indexingEvaluations,
  ...linearAlgebraEvaluations,
  ...controlEvaluations,
}
