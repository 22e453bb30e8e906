export type {
  Add,
  Divide,
  DivideWithRemainder,
  FloorDivide,
  Multiply,
  Product,
  Subtract,
} from './arithmetic.js'
export type { Axes, AxisProblem } from './axis.js'
export type { Broadcast, BroadcastProblem } from './broadcast.js'
export type { Einsum, EinsumProblem } from './einsum.js'
export type { Given, Sizes } from './given.js'
export type { MappedArguments, MappedResult } from './mapped.js'
export type { Count, Dot, Matmul, MatmulProblem } from './matmul.js'
export type {
  Diagonal,
  Gram,
  LeftFactor,
  MatrixProblem,
  OnDiagonal,
  PerMatrix,
  PerRow,
  RightFactor,
  Solve,
  SolveProblem,
  SquareProblem,
  TakeAlong,
  ToComplex,
  ToReal,
} from './matrix.js'
export type { Show, Text, Unless, UnlessListed } from './message.js'
export type { Expand, ExpandProblem } from './movement/expand.js'
export type { Concat, ConcatProblem, ShapesOf, Stack, StackProblem } from './movement/join.js'
export type { Pad, PadProblem } from './movement/pad.js'
export type { MoveAxis, MoveAxisProblem, Permute, PermuteProblem, Reversed, Transpose } from './movement/permute.js'
export type { Repeat, Tile } from './movement/repeat.js'
export type { Flatten, FlattenAxisProblem, FlattenProblem, Reshape, ReshapeProblem } from './movement/reshape.js'
export type { AtProblem, Resized, Slice, SliceProblem, SliceSpec, Take } from './movement/slice.js'
export type { Differ, Part, PartOfSize, SizeOn, SplitProblem, TopKProblem } from './movement/split.js'
export type { Insert, Longer, Squeeze, SqueezeProblem } from './movement/squeeze.js'
export type { Nested, NestedShape, RaggedProblem } from './nested.js'
export type { NoTensor, Operand, OperandProblem, OperandShape, ShapeOf } from './operand.js'
export type {
  Kron,
  RowPairs,
  RowPairsProblem,
  Segmented,
  SegmentProblem,
  TensorDot,
  TensorDotProblem,
} from './pairs.js'
export type { Reduce } from './reduce.js'
export type { ScalarProblem } from './scalar.js'
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
export type { Stage, Then } from './stage.js'
export type { AllSteps, StepOf, StepsOf } from './steps.js'
export type {
  Convolved,
  ConvolvedProblem,
  Counts,
  Folded,
  FoldedProblem,
  GrownOn,
  ManySizes,
  On,
  PlacesOn,
  Reach,
  SpatialProblem,
  Transposed,
  TransposedWindows,
  Unfolded,
  Unknown,
  Windowed,
  WindowedProblem,
  Windows,
  WithSpatial,
} from './windows.js'
