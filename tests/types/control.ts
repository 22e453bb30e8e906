import { scan } from '../../src/tensor/control.js'
import { zeros } from '../../src/tensor/fill.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { shape } from './assert.js'

declare const values: Tensor<[10]>
declare const steps: Tensor<[20, 8, 4]>
declare const unknown: Tensor

const [last, all] = scan(
  (sum, x) => {
    const s = sum.add(x)
    return [s, s]
  },
  zeros([]),
  values,
)
shape(last).is<[]>()
shape(all).is<[10]>()

// Trees, and no output.
const [state, outputs] = scan(
  (state, { x, y }) => {
    shape(x).is<[8, 4]>()
    shape(y).is<[]>()
    return [{ h: state.h.add(x).mul(y) }, { last: x.sum(-1), all: [x, y] as const }]
  },
  { h: zeros([8, 4]) },
  { x: steps, y: zeros([20]) },
)
shape(state.h).is<[8, 4]>()
shape(outputs.last).is<[20, 8]>()
shape(outputs.all[0]).is<[20, 8, 4]>()
shape(outputs.all[1]).is<[20]>()
const [final, none] = scan((h, x) => [h.add(x), null], zeros([8, 4]), steps, { reverse: true })
shape(final).is<[8, 4]>()
const nothing: null = none
const [open, seen] = scan((h, x) => [h.add(x), h], zeros([8, 4]), unknown)
shape(open).is<[8, 4]>()
shape(seen).is<[number, 8, 4]>()
scan((h) => [h.mul(2), h], zeros([8, 4]), null, { length: 5 })
// @ts-expect-error the carry keeps its shape
scan((h, x) => [h.matmul(x.transpose()), null], zeros([8, 4]), steps)

export { nothing }
