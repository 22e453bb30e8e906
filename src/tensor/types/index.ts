export type {
  Add,
  Divide,
  DivideWithRemainder,
  FloorDivide,
  Multiply,
  Product,
  Subtract,
} from './arithmetic.js'
export type { Axes, AxisProblem, OneLonger } from './axis.js'
export type { Broadcast, BroadcastProblem } from './broadcast.js'
export type { Einsum, EinsumProblem } from './einsum.js'
export type { Expand, ExpandProblem } from './expand.js'
export type { Concat, ConcatProblem, Stack, StackProblem } from './join.js'
export type { Dot, Matmul, MatmulProblem, Outer } from './matmul.js'
export type {
  Diagonal,
  LeftFactor,
  PerMatrix,
  PerRow,
  RightFactor,
  TakeAlong,
  ToComplex,
  ToReal,
} from './matrix.js'
export type { Show, Text, Unless } from './message.js'
export type { NestedShape } from './nested.js'
export type { Permute, PermuteProblem, Reversed, Transpose } from './permute.js'
export type { Reduce } from './reduce.js'
export type { Repeat, Tile } from './repeat.js'
export type { Flatten, Reshape, ReshapeProblem } from './reshape.js'
export type { Box, Loose, Shape, Writable } from './shape.js'
export type {
  AnyShape,
  Apply,
  ApplyProblem,
  Known,
  SameShape,
  ShapeFunction,
  shapes,
  WithShapes,
} from './shape-function.js'
export type { Resized, Slice, SliceProblem, SliceSpec, Take, Unsized } from './slice.js'
export type { Part, PartOfSize, SplitProblem } from './split.js'
export type { Insert, Squeeze, SqueezeProblem } from './squeeze.js'
export type { Stage, Then } from './stage.js'
