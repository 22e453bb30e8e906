import type { DType } from '../../src/core/dtype.js'
import { backend, backendNames, setBackend } from '../../src/tensor/backends.js'
import { compile } from '../../src/tensor/compile.js'
import { tensor } from '../../src/tensor/create.js'
import { stack } from '../../src/tensor/functions.js'
import { grad } from '../../src/tensor/gradients.js'
import { Tensor } from '../../src/tensor/tensor.js'
import { vmap } from '../../src/tensor/vmap.js'
import { checkGradients } from './checkGradients.js'
import { elements } from './evaluateNodes.js'
import { expectTensor, expectValues, type Stored, toTensor } from './runLayerTest.js'

/** What a loss is known to be, from elsewhere. */
export interface LossTruth {
  readonly inputs: readonly Stored[]
  readonly value: Stored
  /** Of Σ cos(1 + i) · value[i], for each input; null where it is not known. */
  readonly gradients: readonly (Stored | null)[]
}

/** How far numbers of a dtype may be from those of float64, relative to the largest. */
const coarseness: { readonly [D in DType]?: number } = { float32: 1e-4, bfloat16: 2e-1 }

/**
 * Everything that is expected of a loss: the known values and gradients on every backend, derivatives like differences, the same
 * compiled and for slices under vmap, and a result in the dtype of its inputs.
 */
export function runLossTest(loss: (...inputs: readonly Tensor[]) => Tensor, truth: LossTruth): void {
  const inputs = truth.inputs.map(toTensor)
  const before = backend().name
  try {
    for (const name of backendNames()) {
      setBackend(name)
      const value = loss(...inputs)
      expectTensor(`value on ${name}`, value, truth.value)
      truth.gradients.forEach((wanted, i) => {
        if (wanted === null) return
        expectTensor(`gradient ${i} on ${name}`, grad(value.mul(wave(value)).sum(), inputs[i]), wanted, 1e-9)
      })
    }
  } finally {
    setBackend(before)
  }

  checkGradients(
    (nodes) => loss(...nodes.map((node) => new Tensor(node))).node,
    truth.inputs.map(({ dtype, shape, values }) => elements(dtype, shape, values)),
    { order: 1, fixed: truth.gradients.map((wanted) => wanted === null), step: 1e-5, tolerance: 1e-6 },
  )

  const plain = loss(...inputs)
  const compiled = compile((...xs: Tensor[]) => loss(...xs))(...inputs)
  expectValues('compiled', compiled.dataSync(), plain.dataSync(), 1e-13)

  const moved = inputs.map((x) => (x.dtype === 'float64' ? x.mul(0.75).add(0.125) : x))
  const mapped = vmap((...xs: Tensor[]) => loss(...xs))(...inputs.map((x, i) => stack([x, moved[i]])))
  expectValues('first slice of vmap', mapped.at(0).dataSync(), plain.dataSync(), 1e-12)
  expectValues('second slice of vmap', mapped.at(1).dataSync(), loss(...moved).dataSync(), 1e-12)

  for (const [name, tolerance] of Object.entries(coarseness)) {
    const dtype = name as DType
    const value = loss(...inputs.map((x) => (x.dtype === 'float64' ? x.cast(dtype) : x)))
    if (value.dtype !== dtype) throw new Error(`the loss of ${dtype} is ${value.dtype}`)
    expectValues(name, value.dataSync(), truth.value.values, tolerance)
  }
}

/** Weights for losses, so that no two count the same. */
const wave = (y: Tensor): Tensor =>
  tensor(
    Float64Array.from({ length: y.size }, (_, i) => Math.cos(1 + i)),
    [...y.shape],
  )
