import type { Layout } from '../graph/layout'

/** A part of the paper. */
export interface Frame {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const CELL = 800
/** What covers more cells is looked at each time. */
const CELLS = 16

/** Finds what lies in a part of the paper without looking at everything, by a grid of cells. */
export class Seen {
  readonly #cells = new Map<number, { readonly boxes: number[]; readonly edges: number[] }>()
  readonly #large = { boxes: [] as number[], edges: [] as number[] }
  readonly #columns: number
  readonly #edges: Float32Array

  constructor(readonly layout: Layout) {
    this.#columns = Math.max(1, Math.ceil(layout.width / CELL) + 2)
    for (let i = 0; i < layout.nodes.length; i++) this.#add('boxes', i, this.boxFrame(i))
    this.#edges = new Float32Array(4 * layout.edges.length)
    layout.edges.forEach(({ way }, i) => {
      const [xs, ys] = [way.filter((_, k) => k % 2 === 0), way.filter((_, k) => k % 2 === 1)]
      const frame = { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) }
      this.#edges.set([frame.left, frame.top, frame.right, frame.bottom], 4 * i)
      this.#add('edges', i, frame)
    })
  }

  boxFrame(i: number): Frame {
    const [x, y, width, height] = this.layout.boxes.subarray(4 * i, 4 * i + 4) as unknown as [
      number,
      number,
      number,
      number,
    ]
    return { left: x, top: y, right: x + width, bottom: y + height }
  }

  /** The boxes and edges that touch a part of the paper, in their order. */
  in(frame: Frame): { readonly boxes: readonly number[]; readonly edges: readonly number[] } {
    const cells = this.#cellsOf(frame)
    const isMuch = cells.length > this.#cells.size
    const gather = (kind: 'boxes' | 'edges', count: number, touches: (i: number) => boolean): number[] => {
      if (isMuch) return Array.from({ length: count }, (_, i) => i).filter(touches)
      const found = new Set(this.#large[kind])
      for (const cell of cells) for (const i of this.#cells.get(cell)?.[kind] ?? []) found.add(i)
      return [...found].filter(touches).sort((a, b) => a - b)
    }
    const { layout } = this
    return {
      boxes: gather('boxes', layout.nodes.length, (i) => touching(layout.boxes, i, frame, true)),
      edges: gather('edges', layout.edges.length, (i) => touching(this.#edges, i, frame, false)),
    }
  }

  /** The innermost box at a place; −1 for none. */
  at(x: number, y: number): number {
    return this.in({ left: x, top: y, right: x, bottom: y }).boxes.at(-1) ?? -1
  }

  #add(kind: 'boxes' | 'edges', i: number, frame: Frame): void {
    const cells = this.#cellsOf(frame)
    if (cells.length > CELLS) {
      this.#large[kind].push(i)
      return
    }
    for (const cell of cells) {
      const found = this.#cells.get(cell) ?? { boxes: [], edges: [] }
      this.#cells.set(cell, found)
      found[kind].push(i)
    }
  }

  #cellsOf({ left, top, right, bottom }: Frame): number[] {
    const cell = (value: number, most: number): number => Math.max(0, Math.min(most, Math.floor(value / CELL)))
    const rows = Math.max(1, Math.ceil(this.layout.height / CELL) + 2)
    const cells: number[] = []
    for (let row = cell(top, rows); row <= cell(bottom, rows); row++) {
      const [first, last] = [cell(left, this.#columns - 1), cell(right, this.#columns - 1)]
      for (let column = first; column <= last; column++) cells.push(row * this.#columns + column)
    }
    return cells
  }
}

/** Whether a rectangle (x, y, width, height, or its four borders) touches a frame. */
function touching(values: Float32Array, i: number, { left, top, right, bottom }: Frame, isSize: boolean): boolean {
  const [x, y] = [values[4 * i]!, values[4 * i + 1]!]
  const [endX, endY] = [values[4 * i + 2]! + (isSize ? x : 0), values[4 * i + 3]! + (isSize ? y : 0)]
  return endX >= left && x <= right && endY >= top && y <= bottom
}
