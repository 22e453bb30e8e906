import type { Storage } from '../../graph/node.js'
import { evaluate, isHeld, markLost, noteFailure, storageOf, takeBack, throwUntold } from '../runtime.js'
import { Tensor } from '../tensor.js'
import { checkForNaN } from './check.js'
import type { Entry } from './trace.js'

/** Runs the program of a compiled function: arguments and variables in, results and next values of variables out. */
export function run(entry: Entry, tensors: readonly Tensor[], check: boolean, name: string): unknown {
  const { program, past, reads, writes, inputOfWrite, captured, result, donated } = entry
  throwUntold()
  evaluate(tensors.map(({ node }) => node))
  const taken = reads.map((variable) => variable.take())
  const nodes = [...tensors.map(({ node }) => node), ...taken.map(({ node }) => node), ...captured]
  const inputs = nodes.map(storageOf)
  // What a variable or another input shares stays as it is.
  const isAlone = (storage: Storage): boolean => inputs.indexOf(storage) === inputs.lastIndexOf(storage)
  const given = [...donated].filter((index) => !isHeld(inputs[index]) && isAlone(inputs[index]))
  const overwritten = new Set<number>()
  const mayOverwrite = (index: number): boolean => {
    if (check || !(given.includes(index) || taken[index - tensors.length]?.exclusive)) return false
    overwritten.add(index)
    return true
  }
  const { outputs, unfinished } = program.run(inputs, mayOverwrite)
  if (check) checkForNaN(name, entry, inputs, outputs)

  // Results are older than what the variables hold from now on: they cannot have been computed from it.
  const returned = past.results(nodes, outputs.slice(0, outputs.length - writes.length))
  writes.forEach((variable, i) => {
    variable.put(outputs[returned.length + i], unfinished, overwritten.has(inputOfWrite[i]))
  })
  for (const index of given) markLost(nodes[index], 'donated')
  unfinished?.whenFinished((failure) => {
    if (failure === undefined) return
    for (const index of given) takeBack(nodes[index], inputs[index])
    noteFailure(failure)
  })
  let next = 0
  return result.rebuild(result.leaves.map((leaf) => (leaf instanceof Tensor ? new Tensor(returned[next++]) : leaf)))
}
