// Shapewise: tensors, gradients, compiled steps. Layers, optimizers, data and recipes are in the subpaths
// shapewise/nn, /optim, /data, /train, /models and /recipes.

export { type DType, type TypedArray } from './core/dtype.js'
export { DTypeError, ShapeError, ShapewiseError } from './core/errors.js'
export { checkpoint, customGradient } from './tensor/call.js'
export { type Compiled, type CompileOptions, compile, type TraceReport } from './tensor/compile.js'
export { cond, scan, whileLoop } from './tensor/control.js'
export { tensor } from './tensor/create.js'
export { grad, jvp, valueAndGrad } from './tensor/gradients.js'
export * as random from './tensor/random.js'
export { seed } from './tensor/random.js'
export { backend, registerBackend, setBackend } from './tensor/runtime.js'
export { Tensor } from './tensor/tensor.js'
export { Buffer, Parameter, Variable } from './tensor/variable.js'
export { hessian, jacobian, type VmapOptions, vmap } from './tensor/vmap.js'
