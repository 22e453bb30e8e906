import type { DType } from '../core/dtype.js'
import type { Shape } from '../core/shape.js'
import { input } from '../graph/build.js'
import type { Node } from '../graph/node.js'
import type { SmallFloat } from '../transform/precision.js'

/** What a scope needs to know of a variable. */
export interface Slot {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
  /** The node that stands for the value now: in the innermost scope, else the stored one. */
  readonly node: Node
  assignNode(node: Node): void
}

/** Something outside the graph that a trace has looked at; when it changes, the trace is no longer valid. */
export interface Guard {
  /** For the reported reason of a retrace, e.g. `mode of dropout1`. */
  readonly what: string
  readonly value: unknown
  read(): unknown
}

/** A value that somebody outside of the bodies being traced wants to have. */
export interface Wanted {
  readonly node: Node
  /** What it is, for messages. */
  readonly what: string
  /** The body in which it is wanted. */
  readonly home: Scope | undefined
  /** Takes the node that it has become there. */
  take(node: Node): void
}

/**
 * A function body being traced: variables read in it become inputs of the body, assignments become outputs. Used by
 * `compile` and by everything that makes an inner graph (scan, cond, vmap, checkpoint …).
 */
export class Scope {
  readonly reads = new Map<Slot, Node<'input'>>()
  readonly writes = new Map<Slot, Node>()
  readonly guards: Guard[] = []
  /** Objects whose properties the body may have read, with their names: when one holds something else, the trace is no longer valid. */
  readonly watched = new Map<object, string>()
  /** Values of the body that are wanted outside of it. */
  readonly wanted: Wanted[] = []
  /** Gradients that have been computed in the body. */
  readonly gradients: Node[] = []

  constructor(
    /** What the user called, for error messages: `compile`, `scan` … */
    readonly operation: string,
    /** What activations are rounded to, if they are. */
    readonly precision?: SmallFloat,
  ) {}

  read(slot: Slot): Node {
    const written = this.writes.get(slot)
    if (written !== undefined) return written
    let node = this.reads.get(slot)
    if (node === undefined) {
      node = input(slot.dtype, slot.shape, slot.name)
      this.reads.set(slot, node)
    }
    return node
  }
}

const scopes: Scope[] = []

/** What activations of the program being traced are rounded to, if they are. */
export const precisionNow = (): SmallFloat | undefined =>
  scopes.find(({ precision }) => precision !== undefined)?.precision

/** The innermost body being traced, if any. */
export const currentScope = (): Scope | undefined => scopes[scopes.length - 1]

/** Runs `body` with its variable reads and assignments recorded in `scope`. */
export function trace<R>(scope: Scope, body: () => R): R {
  scopes.push(scope)
  try {
    return body()
  } finally {
    scopes.pop()
  }
}

/**
 * Hands a value to who wants it, as what it is in the body that he belongs to: at once, or when the bodies in between have become
 * part of the graphs around them, each of which gives it as one more output.
 */
export function handOut(wanted: Wanted): void {
  const scope = currentScope()
  if (scope === undefined || scope === wanted.home) wanted.take(wanted.node)
  else scope.wanted.push(wanted)
}

let transforms = 0

/**
 * Runs the function that a transform works on (grad, jvp …). It is no trace, values can be read in it, but compiled functions called
 * in it belong to it, see {@link isInlined}.
 */
export function transformed<R>(body: () => R): R {
  transforms++
  try {
    return body()
  } finally {
    transforms--
  }
}

/** Whether compiled functions called now are part of something larger: they are called as they are, without a program of their own. */
export const isInlined = (): boolean => scopes.length > 0 || transforms > 0

/** Runs `body` as if the innermost body were not being traced: in the scope around it. */
export function outside<R>(body: () => R): R {
  const innermost = scopes.pop()
  try {
    return body()
  } finally {
    if (innermost !== undefined) scopes.push(innermost)
  }
}

/** Reads something outside the graph, so that a compiled function retraces when it changes. */
export function guarded<T>(what: string, read: () => T): T {
  const value = read()
  for (const scope of scopes) scope.guards.push({ what, value, read })
  return value
}

/** Notes an object whose properties may be read from here on, so that a compiled function retraces when it holds something else. */
export function watch(holder: object, label: () => string): void {
  for (const scope of scopes) if (!scope.watched.has(holder)) scope.watched.set(holder, label())
}
