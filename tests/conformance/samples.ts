import type { Primitive } from '../../src/graph/primitives.js'
import type { Sample } from './sample.js'
import { contractionSamples } from './samples/contractions.js'
import { controlSamples } from './samples/control.js'
import { elementwiseSamples } from './samples/elementwise.js'
import { indexingSamples } from './samples/indexing.js'
import { linearAlgebraSamples } from './samples/linear-algebra.js'
import { movementSamples } from './samples/movement.js'
import { reductionSamples } from './samples/reductions.js'
import { windowSamples } from './samples/windows.js'

export { inDType, type Sample, type SampleInput, SPECIAL, sampleInputs } from './sample.js'

/** Small uses of every primitive, from which the conformance, gradient and batching tests are made. */
export const samples: { readonly [P in Primitive]: readonly Sample[] } = {
  ...elementwiseSamples,
  ...movementSamples,
  ...reductionSamples,
  ...contractionSamples,
  ...windowSamples,
  ...indexingSamples,
  ...linearAlgebraSamples,
  ...controlSamples,
}
