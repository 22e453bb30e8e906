import { failShape } from '../core/errors.js'
import { formatShape, MOST_AXES } from '../core/shape.js'
import type { Node } from './node.js'
import type { Attributes, Primitive, TensorType } from './primitives.js'
import { contractionRules } from './rules/contractions.js'
import { elementwiseRules } from './rules/elementwise.js'
import { indexingRules } from './rules/indexing.js'
import { movementRules } from './rules/movement.js'
import { structureRules } from './rules/structure.js'

/** Output types from input types; wrong inputs are an error with cause and cure. */
export type TypeRule<P extends Primitive> = (
  inputs: readonly Node[],
  attributes: Attributes[P],
) => TensorType | readonly TensorType[]

/** One row per primitive. */
export const typeRules: { readonly [P in Primitive]: TypeRule<P> } = {
  ...elementwiseRules,
  ...movementRules,
  ...contractionRules,
  ...indexingRules,
  ...structureRules,
}

/** All primitives. */
export const primitives = Object.keys(typeRules) as readonly Primitive[]

/** The types of the outputs of a node made of these parts. */
export function inferTypes<P extends Primitive>(
  op: P,
  inputs: readonly Node[],
  attributes: Attributes[P],
): readonly TensorType[] {
  const found = typeRules[op](inputs, attributes)
  const types = isList(found) ? found : [found]
  for (const { shape } of types) {
    if (shape.length <= MOST_AXES) continue
    failShape(
      op,
      `${formatShape(shape)} has ${shape.length} axes`,
      `A tensor has at most ${MOST_AXES}: join some with reshape.`,
    )
  }
  return types
}

const isList = (types: TensorType | readonly TensorType[]): types is readonly TensorType[] => Array.isArray(types)
