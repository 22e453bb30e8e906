import { fail } from '../core/errors.js'
import { formatShape } from '../core/shape.js'
import { currentOrigins } from '../graph/origins.js'
import { currentScope } from '../tensor/scope.js'
import { observeParameters, type Parameter } from '../tensor/variable.js'
import { heard, isHeard } from './inspection/listening.js'
import type { Module } from './module.js'
import { isPlaced } from './tree.js'

// Modules are found by their properties, not registered. So that nothing is silently left out, their methods are observed: a
// parameter that is used in one must belong to a module that has been looked through.

/** The module whose method was called first, and the last of those called in it. */
let outermost: Module | undefined
let innermost: Module | undefined

/** What this file, which the class of modules stands on, may do with them. */
export interface Access {
  moduleOf(value: unknown): Module | undefined
  /** Has compiled functions watch what the module and those in it hold. */
  watch(module: Module): void
  /** How messages name the module. */
  labelOf(module: Module): string
}

const observed = new WeakSet<object>()

/** Observes the methods of a class of modules, and of those between it and `base`. */
export function observeMethods(prototype: object, base: object, access: Access): void {
  for (let at = prototype; at !== base && !observed.has(at); at = Object.getPrototypeOf(at)) {
    observed.add(at)
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      const method: unknown = property.value
      if (name === 'constructor' || typeof method !== 'function' || !property.configurable) continue
      Object.defineProperty(at, name, { ...property, value: observing(name, method as Method, access) })
    }
  }
}

/** Observes a `forward` that is a property of the module rather than a method of its class. */
export function observeOwn(module: Module, access: Access): void {
  const property = Object.getOwnPropertyDescriptor(module, 'forward')
  const method: unknown = property?.value
  if (typeof method !== 'function' || !property?.configurable || observed.has(method)) return
  const value = observing('forward', method as Method, access)
  observed.add(value)
  Object.defineProperty(module, 'forward', { ...property, value })
}

type Method = (this: Module, ...args: unknown[]) => unknown

function observing(name: string, method: Method, access: Access): Method {
  const called: Method = function (...args) {
    const before = [outermost, innermost]
    // A module that looks itself through notes what it holds; one that is given belongs to the caller.
    for (const argument of args) look(access.moduleOf(argument))
    if (outermost === undefined) outermost = this
    innermost = this
    if (currentScope()?.watched.has(this) === false) access.watch(this)
    const origins = currentOrigins()
    const maker = origins?.now
    origins?.mark(() => access.labelOf(this))
    try {
      const run = (): unknown => method.apply(this, args)
      // What a class does through super is part of its own method.
      return isHeard(name) && Reflect.get(this, name) === called ? heard(this, name, run) : run()
    } finally {
      origins?.mark(maker)
      ;[outermost, innermost] = before
    }
  }
  Object.defineProperty(called, 'name', { value: method.name })
  return Object.defineProperty(called, 'length', { value: method.length })
}

const known = new WeakSet<Module>()

function look(module: Module | undefined): void {
  if (module === undefined || known.has(module)) return
  known.add(module)
  module.modules()
}

observeParameters((parameter: Parameter) => {
  if (outermost === undefined || isPlaced(parameter)) return
  outermost.modules()
  if (isPlaced(parameter)) return
  const of = innermost === outermost ? '' : ` of a ${innermost?.constructor.name}`
  fail(
    `${outermost.constructor.name} uses the parameter '${parameter.name}' ${parameter.dtype}${formatShape(parameter.shape)}${of} ` +
      'but holds it in none of its properties: it would be neither trained nor saved',
    'Hold the layer in a property (private instead of #private), also in arrays, plain objects, maps or sets; one that is not to be trained can be frozen first: layer.freeze().',
  )
})
