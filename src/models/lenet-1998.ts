import type { Node } from '../graph/node.js'
import * as nn from '../nn/index.js'
import * as ops from '../operations/index.js'
import { tensor } from '../tensor/create.js'
import type { Tensor } from '../tensor/tensor.js'
import { Buffer, Parameter } from '../tensor/variable.js'
import { Stages } from './stages.js'

/** Table I: which maps of S2 each of the 16 maps of C3 sees. */
export const c3Table = [
  ...['012', '123', '234', '345', '045', '015'],
  ...['0123', '1234', '2345', '0345', '0145', '0125', '0134', '1245', '0235'],
  '012345',
].map((maps) => [...maps].map(Number))

/** The digits as drawn at the output, 7 × 12, in the style of figure 3: those that look alike have alike codes. */
const digits = [
  '  ###  | ## ## | ## ## |##   ##|##   ##|##   ##|##   ##|##   ##|##   ##| ## ## | ## ## |  ###  ',
  '  ##   | ###   |####   |  ##   |  ##   |  ##   |  ##   |  ##   |  ##   |  ##   |  ##   |###### ',
  ' ##### |##   ##|     ##|     ##|    ## |   ##  |  ##   | ##    |##     |##     |##     |#######',
  ' ##### |##   ##|     ##|     ##|     ##|  #### |     ##|     ##|     ##|     ##|##   ##| ##### ',
  '     ##|    ###|   ####|  ## ##| ##  ##|##   ##|##   ##|#######|     ##|     ##|     ##|     ##',
  '#######|##     |##     |##     |###### |     ##|     ##|     ##|     ##|     ##|##   ##| ##### ',
  '  #### | ##    |##     |##     |##     |###### |##   ##|##   ##|##   ##|##   ##|##   ##| ##### ',
  '#######|     ##|     ##|    ## |    ## |   ##  |   ##  |  ##   |  ##   | ##    | ##    | ##    ',
  ' ##### |##   ##|##   ##|##   ##|##   ##| ##### |##   ##|##   ##|##   ##|##   ##|##   ##| ##### ',
  ' ##### |##   ##|##   ##|##   ##|##   ##|##   ##| ######|     ##|     ##|     ##|    ## | ####  ',
]

/** 1.7159 · tanh(⅔ x), which takes ±1 to ±1. */
const squash = () =>
  nn.lambda(
    (x: Tensor): Tensor =>
      x
        .mul(2 / 3)
        .tanh()
        .mul(1.7159),
    '1.7159 · tanh(⅔ x)',
  )

/** S2 and S4: the sum of 2 × 2 values times a trained factor, plus a trained bias, for each map. */
class Subsampling extends nn.Layer {
  /** [maps] */
  readonly weight: Parameter<[number]>
  /** [maps] */
  readonly bias: Parameter<[number]>

  constructor(readonly maps: number) {
    super()
    this.weight = new Parameter(nn.initializers.uniform(-0.6, 0.6)([maps], 'float32'), 'weight')
    this.bias = new Parameter(nn.initializers.zeros()([maps], 'float32'), 'bias')
  }

  protected run(x: Node): Node {
    const sums = ops.sumPool(x, 2, { stride: 2 })
    return ops.add(ops.mul(sums, this.weight.node), this.bias.node)
  }

  protected override describe(): string {
    return `${this.maps} maps, 2×2`
  }
}

/** C3: a convolution each of whose maps sees those of {@link c3Table} only. */
class TableConvolution extends nn.Layer {
  /** [5, 5, connections] */
  readonly weight: Parameter<[5, 5, number]>
  /** [16] */
  readonly bias: Parameter<[number]>

  constructor() {
    super()
    const connections = c3Table.flat().length
    this.weight = new Parameter(nn.initializers.uniform(-0.2, 0.2)([5, 5, connections], 'float32'), 'weight')
    this.bias = new Parameter(nn.initializers.zeros()([c3Table.length], 'float32'), 'bias')
  }

  protected run(x: Node): Node {
    // Where the table has no cross the weight is the last one, 0.
    let next = 0
    const none = c3Table.flat().length
    const places = c3Table.map((seen) => [0, 1, 2, 3, 4, 5].map((map) => (seen.includes(map) ? next++ : none)))
    const all: Tensor = this.weight.value.pad([0, 0, [0, 1]])
    const kernel: Tensor = all.take(tensor(places.flat(), [16, 6], 'int32').transpose() as Tensor, -1)
    return ops.add(ops.conv(x, kernel.node), this.bias.node)
  }

  protected override describe(): string {
    return '6 → 16, 5×5, table I'
  }
}

/** The output: minus the squared distance to the drawing of each digit. */
class DistanceToDrawings extends nn.Layer {
  /** [84, 10], ±1 */
  readonly drawings: Buffer

  constructor() {
    super()
    const pixels = digits.map((rows) =>
      rows.split('|').flatMap((row) => [...row.padEnd(7)].map((mark) => (mark === '#' ? 1 : -1))),
    )
    this.drawings = new Buffer(tensor(pixels).transpose() as Tensor, 'drawings')
  }

  protected run(x: Node): Node {
    const gap = ops.sub(ops.unsqueeze(x, -1), this.drawings.node)
    return ops.neg(ops.sum(ops.mul(gap, gap), [1]))
  }

  protected override describe(): string {
    return '84 → 10'
  }
}

/**
 * LeNet-5 as the paper draws it: pictures [batch, 32, 32, 1] → scores [batch, 10], minus the squared distances of F6 to drawn digits.
 *
 * (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998, section II.B, figure 2.)
 *
 * Pools have a trained factor and bias, each map of C3 sees those of table I only, and units are squashed by 1.7159 · tanh(⅔ x). The paper
 * has pixels of −0.1 (white) and 1.175 (black), and trains with crossEntropy of these scores and one more of −j (its equation 9).
 *
 * @example nn.unfilled(() => lenet1998()).parameterCount() // 60000
 */
export function lenet1998(): Stages<1, 10> {
  const lecun = { initializer: nn.initializers.lecunUniform() }
  return new Stages({
    c1: nn.sequential(nn.conv2d(1, 6, 5, lecun), squash()), // [28, 28, 6]
    s2: nn.sequential(new Subsampling(6), squash()), // [14, 14, 6]
    c3: nn.sequential(new TableConvolution(), squash()), // [10, 10, 16]
    s4: nn.sequential(new Subsampling(16), squash()), // [5, 5, 16]
    c5: nn.sequential(nn.conv2d(16, 120, 5, lecun), squash(), nn.flatten()), // [120]
    f6: nn.sequential(nn.linear(120, 84, lecun), squash()), // 7 × 12
    output: new DistanceToDrawings(),
  })
}
