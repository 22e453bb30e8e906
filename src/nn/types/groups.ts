import type { Divide } from '../../tensor/types/index.js'

/** The message for channels that do not divide into groups, else `never`. */
export type GroupsProblem<
  Name extends string,
  Inputs extends number,
  Outputs extends number,
  Groups extends number,
> = Groups extends 1
  ? never
  : 'remainder' extends Divide<Inputs, Groups> | Divide<Outputs, Groups>
    ? `${Name}: ${Inputs} input and ${Outputs} output channels do not divide into ${Groups} groups`
    : never
