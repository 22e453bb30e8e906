import type { Tensor } from '../../src/tensor/tensor.js'

/** `true` for identical types only: `any` equals nothing but `any`. */
export type Equal<A, B> = (<X>() => X extends A ? 1 : 0) extends <X>() => X extends B ? 1 : 0 ? true : false

export type ShapeOf<T> = T extends Tensor<infer S> ? S : 'not a tensor'

/** Does not compile unless the shape is exactly S: `shape(x.matmul(w)).is<[128, 10]>()`; the error names what was found. */
export declare function shape<T>(tensor: T): {
  is<S>(...fine: Equal<ShapeOf<T>, S> extends true ? [] : [found: ShapeOf<T>]): void
}

/** The same for any type. */
export declare function type<T>(value: T): {
  is<U>(...fine: Equal<T, U> extends true ? [] : [found: T]): void
}
