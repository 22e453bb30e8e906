/** One step of a pipe: a function, or something with a `forward` method, as modules have. */
export type Stage<Input, Output> = ((x: Input) => Output) | { forward(x: Input): Output }
