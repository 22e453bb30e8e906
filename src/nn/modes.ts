import type { Module } from './module.js'

/** The modes of a model and all in it, training or evaluation: called, the function puts every module back into its own. */
export function modesOf(model: Module): () => void {
  const modes = [...model.modules().values()].map((module): [Module, boolean] => [module, module.training])
  return () => {
    // Outer ones first: the mode of one is also set for those in it.
    for (const [module, training] of modes) training ? module.train() : module.eval()
  }
}
