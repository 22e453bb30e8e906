/** The models that the library brings, with what they are called here; `builders` makes them. */
export const builtIn = {
  lenet: 'LeNet-5',
  mlp: 'Multilayer perceptron',
  tabular: 'Network for tables',
  encoder: 'Transformer encoder',
  lstm: 'LSTM',
} as const

export type BuiltIn = keyof typeof builtIn

export const isBuiltIn = (name: string): name is BuiltIn => Object.hasOwn(builtIn, name)
