/** '' where there is none of the name: a few lines of other operations do it. */
export type Entry = readonly [
  /** How a user writes it: `x.` for methods, `nn.` for layers and losses; '' where it is only a part of others. */
  use: string,
  numpy: string,
  torch: string,
  jax: string,
  gradient: 'yes' | 'piecewise' | 'no',
  dtypes: 'any' | 'numbers' | 'floats' | 'integers' | 'float32 and float64',
]
