import type { Module } from '../nn/index.js'

/** Notes which modules are being trained, and gives the function that puts all of them back into that mode. */
export function rememberMode(model: Module): () => void {
  const modes = [...model.modules().values()].map((module) => [module, module.training] as const)
  return () => {
    // A mode is given to all modules inside, and those further inside come later.
    for (const [module, training] of modes) {
      if (training) module.train()
      else module.eval()
    }
  }
}
