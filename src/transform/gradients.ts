import type { Primitive } from '../graph/primitives.js'
import { contractionGradients } from './rules/gradient/contractions.js'
import { elementwiseGradients } from './rules/gradient/elementwise.js'
import { factorizationGradients } from './rules/gradient/factorizations.js'
import { indexingGradients } from './rules/gradient/indexing.js'
import { movementGradients } from './rules/gradient/movement.js'
import type { GradientRule } from './rules/gradient/rule.js'
import { structureGradients } from './rules/gradient/structure.js'

/** How each primitive passes cotangents from its outputs to its inputs. One row per primitive. */
export const gradients: { readonly [P in Primitive]: GradientRule<P> } = {
  ...elementwiseGradients,
  ...movementGradients,
  ...contractionGradients,
  ...indexingGradients,
  ...factorizationGradients,
  ...structureGradients,
}
