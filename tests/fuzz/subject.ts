/** A program that can be run, and be made smaller. */
export interface Subject {
  /** Returns a list of tensors. */
  readonly text: string
  /** What it is made of, for reports. */
  readonly operations: readonly string[]
  /** How it is used. */
  readonly form: string
  readonly weight: number
  /** Smaller ones, the smallest first; not all are legal. */
  smaller(): Iterable<Subject>
}

/** A small subject that fails as the given one does. */
export function shrink(subject: Subject, fails: (subject: Subject) => boolean, milliseconds: number): Subject {
  const end = performance.now() + milliseconds
  let best = subject
  for (let goesOn = true; goesOn; ) {
    goesOn = false
    for (const next of best.smaller()) {
      if (performance.now() > end) return best
      if (next.weight >= best.weight || !fails(next)) continue
      best = next
      goesOn = true
      break
    }
  }
  return best
}
