import * as nn from '../../src/nn/index.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { shape } from '../types/assert.js'

// Layers one after the other: in sequential, in pipes, and in forward methods, generic ones too.

declare const flat: Tensor<[32, 784]>
declare const pictures: Tensor<[number, 28, 28, 1]>
declare const blocks: nn.Layer[]
declare const step: (x: Tensor<[number, 10]>) => Tensor<[number, 4]>

// Lists of layers: nothing is known behind them but what the next layer makes of anything.
const layers: nn.Layer[] = [nn.linear(784, 10), nn.relu(), nn.conv2d(1, 6, 5), nn.sequential(nn.relu()), nn.flatten()]
shape(nn.sequential(...layers).forward(flat)).is<any>()
shape(nn.sequential(nn.linear(784, 10), ...blocks, nn.linear(10, 3)).forward(flat)).is<[...number[], 3]>()
shape(nn.sequential(...blocks, nn.linear(10, 3), nn.linear(3, 4)).forward(flat)).is<[...number[], 4]>()
shape(layers[0].forward(flat)).is<any>()
// Such a chain is a model that takes and gives any tensor.
export const model: nn.Module & { forward(x: Tensor): Tensor } = nn.sequential(nn.linear(784, 10), ...blocks, ...layers)
// @ts-expect-error linear: takes [..., 5], not [..., 3]
nn.sequential(nn.linear(784, 10), ...blocks, nn.linear(10, 3), nn.linear(5, 4))
// @ts-expect-error linear: takes [..., 11], not [..., 10]
nn.sequential(nn.linear(784, 10), nn.linear(11, 3), ...blocks)
// @ts-expect-error linear: takes [..., 700], not [32, 784]
nn.sequential(nn.linear(700, 10), ...blocks).forward(flat)
// @ts-expect-error a layer takes tensors
layers[0].forward(3)

// Functions: what an arrow gives without a word of its type has any shape.
shape(nn.sequential(nn.linear(784, 10), (x) => x.relu(), nn.linear(10, 3)).forward(flat)).is<[...number[], 3]>()
shape(nn.sequential((x) => x.relu(), nn.linear(10, 3)).forward(flat)).is<[...number[], 3]>()
shape(nn.sequential(nn.linear(784, 10), step).forward(flat)).is<[number, 4]>()
// @ts-expect-error the function: takes [number, 10], not [..., 11]
nn.sequential(nn.linear(784, 11), step)
// @ts-expect-error not a link
nn.sequential(nn.linear(784, 10), (x) => x.relu().shape)

// Modules of one's own: the batch is carried through, the layers inside are checked.
class Net extends nn.Module {
  readonly hidden = nn.linear(784, 128)
  readonly output = nn.linear(128, 10)

  forward<const B extends number>(x: Tensor<[B, 784]>) {
    return this.output.forward(nn.relu(this.hidden.forward(x)))
  }
}
shape(new Net().forward(flat)).is<[32, 10]>()
shape(nn.sequential(nn.flatten(), new Net(), nn.linear(10, 3)).forward(pictures)).is<[number, 3]>()
// @ts-expect-error the module: takes [number, 784], not [..., 100]
nn.sequential(nn.linear(784, 100), new Net())
// @ts-expect-error linear: takes [..., 11], not [number, 10]
nn.sequential(new Net(), nn.linear(11, 3)).forward(flat)

class Wrong extends nn.Module {
  readonly hidden = nn.linear(784, 128)
  readonly output = nn.linear(127, 10)
  readonly chain = nn.sequential(nn.flatten(), this.output)

  forward<const B extends number>(x: Tensor<[B, 784]>) {
    // @ts-expect-error linear: takes [..., 127], not [number, 128]
    return this.output.forward(nn.relu(this.hidden.forward(x)))
  }
  piped<const B extends number>(x: Tensor<[B, 784]>) {
    // @ts-expect-error linear: takes [..., 127], not [number, 128]
    return x.pipe(this.hidden, nn.relu, this.output)
  }
  chained<const B extends number>(x: Tensor<[B, 784]>) {
    // @ts-expect-error linear: takes [..., 127], not [number, 784]
    return this.chain.forward(x)
  }
}

// Sizes that are type parameters: the declared types hold.
class Hidden<H extends number> extends nn.Module {
  readonly hidden: nn.Linear<784, H>
  readonly output: nn.Linear<H, 10>

  constructor(size: H) {
    super()
    this.hidden = nn.linear(784, size)
    this.output = nn.linear(size, 10)
  }
  forward<const B extends number>(x: Tensor<[B, 784]>): Tensor<[B, 10]> {
    return this.output.forward(nn.relu(this.hidden.forward(x)))
  }
  piped<const B extends number>(x: Tensor<[B, 784]>): Tensor<[B, 10]> {
    return x.pipe(this.hidden, nn.relu, this.output)
  }
  chained<const B extends number>(x: Tensor<[B, 784]>): Tensor<[B, 10]> {
    return nn.sequential(this.hidden, nn.relu, this.output).forward(x)
  }
  wrong<const B extends number>(x: Tensor<[B, 784]>): Tensor<[B, 11]> {
    // @ts-expect-error the output has 10
    return this.output.forward(nn.relu(this.hidden.forward(x)))
  }
}
shape(new Hidden(7).forward(flat)).is<[32, 10]>()
shape(new Hidden(7 as number).forward(flat)).is<[32, 10]>()
shape(nn.sequential(new Hidden(7).hidden, nn.linear(7, 3)).forward(flat)).is<[32, 3]>()
// @ts-expect-error linear: takes [..., 8], not [..., 7]
nn.sequential(new Hidden(7).hidden, nn.linear(8, 3))

class Pictures extends nn.Module {
  readonly convolution = nn.conv2d(1, 6, 5, { padding: 'same' })
  readonly pool = nn.maxPool2d(2)

  forward<const B extends number>(x: Tensor<[B, 28, 28, 1]>): Tensor<[B, 14, 14, 6]> {
    return this.pool.forward(nn.relu(this.convolution.forward(x)))
  }
  piped<const B extends number>(x: Tensor<[B, 28, 28, 1]>): Tensor<[B, 1176]> {
    return x.pipe(this.convolution, nn.relu, this.pool, nn.flatten())
  }
  wrong<const B extends number>(x: Tensor<[B, 28, 28, 1]>) {
    // @ts-expect-error linear: takes [..., 100], not [number, 1176]
    return x.pipe(this.convolution, nn.relu, this.pool, nn.flatten(), nn.linear(100, 2))
  }
}
shape(new Pictures().forward(pictures)).is<[number, 14, 14, 6]>()

// Pipes.
shape(flat.pipe(nn.linear(784, 10), step, (x) => x.sum(-1))).is<[number]>()
// @ts-expect-error linear: takes [..., 120], not [32, 100]
flat.pipe(nn.linear(784, 100), nn.relu, nn.linear(120, 10))
// @ts-expect-error the module takes 784
flat.pipe(nn.linear(784, 100), new Net())
// @ts-expect-error the function takes 10
flat.pipe(nn.linear(784, 100), step)
function inside<B extends number>(x: Tensor<[B, 784]>, narrow: Tensor<[101, 3]>) {
  // @ts-expect-error matmul: inner sizes 100 and 101 differ
  return x.pipe(nn.linear(784, 100), nn.relu, (y) => y.matmul(narrow))
}

export { inside, Wrong }
