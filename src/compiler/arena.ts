const ALIGNMENT = 64

interface Gap {
  offset: number
  bytes: number
}

/** Hands out ranges of one block of memory: the smallest gap that fits, or new room at the end. */
export class Arena {
  #end = 0
  #gaps: Gap[] = []

  /** The most that was in use at one time, gaps included. */
  get bytes(): number {
    return this.#end
  }

  /** The offset of a free range. */
  take(bytes: number): number {
    const size = aligned(bytes)
    const fitting = this.#gaps.filter((gap) => gap.bytes >= size)
    if (fitting.length === 0) return this.#extend(size)
    const gap = fitting.reduce((best, other) => (other.bytes < best.bytes ? other : best))
    const { offset } = gap
    gap.offset += size
    gap.bytes -= size
    if (gap.bytes === 0) this.#gaps.splice(this.#gaps.indexOf(gap), 1)
    return offset
  }

  /** Frees a range, merging it with its neighbours. */
  give(offset: number, bytes: number): void {
    const size = aligned(bytes)
    if (size === 0) return
    const index = this.#gaps.findIndex((gap) => gap.offset > offset)
    const at = index < 0 ? this.#gaps.length : index
    this.#gaps.splice(at, 0, { offset, bytes: size })
    this.#merge(at)
    if (at > 0) this.#merge(at - 1)
  }

  #merge(at: number): void {
    const gap = this.#gaps[at]
    const next = this.#gaps[at + 1]
    if (next !== undefined && gap.offset + gap.bytes === next.offset) {
      gap.bytes += next.bytes
      this.#gaps.splice(at + 1, 1)
    }
  }

  #extend(size: number): number {
    const last = this.#gaps[this.#gaps.length - 1]
    // A gap at the end grows instead of being left behind.
    if (last !== undefined && last.offset + last.bytes === this.#end) {
      this.#gaps.pop()
      this.#end = last.offset + size
      return last.offset
    }
    const offset = this.#end
    this.#end += size
    return offset
  }
}

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
