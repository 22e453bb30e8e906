import type { Module } from '../module.js'

// Methods of modules are observed; who listens is told of each call in which a module does its work.

/** Somebody who is told of the calls of modules while something runs. */
export interface Listener {
  /** Called when a module begins; gives what is to be made of its output, or nothing. */
  enter(module: Module): ((output: unknown) => unknown) | undefined
}

/** The methods in which modules do their work: one of them that goes through another counts once. */
const work: ReadonlySet<string> = new Set(['forward', 'unroll', 'step', 'advance'])

const listeners: Listener[] = []
/** Which of these methods runs of a module now. */
const running = new Map<Module, string>()

/** Whether anybody wants to hear of a method of this name. */
export const isHeard = (method: string): boolean => listeners.length > 0 && work.has(method)

/** Runs `body` with a listener, who is gone afterwards, come what may. */
export function listening<R>(listener: Listener, body: () => R): R {
  listeners.push(listener)
  try {
    return body()
  } finally {
    listeners.splice(listeners.lastIndexOf(listener), 1)
  }
}

/** Runs a method of a module and lets the listeners, the last one first, take and replace what it gives. */
export function heard(module: Module, method: string, run: () => unknown): unknown {
  const around = running.get(module)
  if (around !== undefined && around !== method) return run()
  running.set(module, method)
  try {
    const leave = listeners.map((listener) => listener.enter(module))
    return leave.reduceRight((output: unknown, take) => (take === undefined ? output : take(output)), run())
  } finally {
    if (around === undefined) running.delete(module)
    else running.set(module, around)
  }
}
