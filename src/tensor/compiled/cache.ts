/** Programs that one compiled function keeps at most, and the nodes of all of them. */
const PROGRAMS = 128
const NODES = 500_000

interface Sized {
  readonly program: { readonly size: number }
}

/** The programs of a compiled function by what they depend on; those unused for longest make room for new ones. */
export class Cache<Entry extends Sized> {
  /** In the order of use, the last used at the end. */
  readonly #entries = new Map<string, readonly Entry[]>()
  #count = 0
  #nodes = 0
  /** How many have been let go. */
  dropped = 0

  /** The programs for a key, which count as used now. */
  of(key: string): readonly Entry[] {
    const found = this.#entries.get(key)
    if (found === undefined) return []
    if (this.#entries.size > 1) {
      this.#entries.delete(key)
      this.#entries.set(key, found)
    }
    return found
  }

  add(key: string, entry: Entry): void {
    // The last used of a key come first.
    this.#entries.set(key, [entry, ...this.of(key)])
    this.#count++
    this.#nodes += entry.program.size
    while ((this.#count > PROGRAMS || this.#nodes > NODES) && this.#count > 1) this.#dropOldest()
  }

  all(): readonly Entry[] {
    return [...this.#entries.values()].flatMap((entries) => [...entries].reverse())
  }

  #dropOldest(): void {
    const [[key, entries]] = this.#entries
    const dropped = entries[entries.length - 1]
    if (entries.length === 1) this.#entries.delete(key)
    else this.#entries.set(key, entries.slice(0, -1))
    this.#count--
    this.#nodes -= dropped.program.size
    this.dropped++
  }
}
