import type { Primitive } from '../../../graph/primitives.js'
import { elementwiseRows } from './rows/elementwise.js'
import { indexingRows } from './rows/indexing.js'
import { movementRows } from './rows/movement.js'
import { reductionRows } from './rows/reductions.js'
import type { ExportRow } from './rows/row.js'
import { structureRows } from './rows/structure.js'
import { windowRows } from './rows/windows.js'

/** How each primitive is written in ONNX, or why it is not: one row per primitive. */
export const exportRows: { readonly [P in Primitive]: ExportRow<P> } = {
  ...elementwiseRows,
  ...indexingRows,
  ...movementRows,
  ...reductionRows,
  ...structureRows,
  ...windowRows,
}
