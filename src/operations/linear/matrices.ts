import { failShape } from '../../core/errors.js'
import { broadcastShapes, formatShape } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { floating, type Operand, promoted, stretch } from '../operand.js'

/** `x` as a batch of floating point matrices, square ones if wished. */
export function matrices(operation: string, x: Operand, square = false): Node {
  const node = floating(x)
  const [m, n] = node.shape.slice(-2)
  if (node.rank < 2) {
    failShape(operation, `${formatShape(node.shape)} is not a matrix`, 'The last two axes are rows and columns.')
  }
  if (square && m !== n) {
    failShape(operation, `${formatShape(node.shape)} is not square`, 'Rows and columns must be equally many.')
  }
  return node
}

/**
 * Square matrices a and right-hand sides b of one batch and dtype, solved by `solver`. b is a vector [n] if it has rank 1
 * or is a batch of vectors, one for each matrix: one axis less than a and otherwise equal.
 */
export function withRightHandSides(
  operation: string,
  a: Operand,
  b: Operand,
  solver: (matrix: Node, columns: Node) => Node,
): Node {
  const [first, second] = promoted([a, b], operation)
  const matrix = matrices(operation, first, true)
  const sides = floating(second)
  const n = matrix.shape[matrix.rank - 1]
  const isVector =
    sides.rank === 1 || (sides.rank === matrix.rank - 1 && sides.shape.every((size, i) => size === matrix.shape[i]))
  const columns = isVector ? build.reshape(sides, [...sides.shape, 1]) : sides
  if (columns.rank < 2 || columns.shape[columns.rank - 2] !== n) {
    failShape(
      operation,
      `${formatShape(matrix.shape)} and right-hand side ${formatShape(sides.shape)} do not fit`,
      `Give […, ${n}] or […, ${n}, k].`,
    )
  }
  const batch = broadcastShapes(matrix.shape.slice(0, -2), columns.shape.slice(0, -2), operation)
  const solution = solver(
    stretch(matrix, [...batch, n, n]),
    stretch(columns, [...batch, n, columns.shape[columns.rank - 1]]),
  )
  return isVector ? build.reshape(solution, solution.shape.slice(0, -1)) : solution
}
