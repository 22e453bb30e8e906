import type { Draw } from '../draw.js'
import { contractionRows } from './contractions.js'
import { controlRows, randomRows, setStatementMaker } from './control.js'
import { elementwiseRows } from './elementwise.js'
import { idiomRows } from './idioms.js'
import { indexingRows } from './indexing.js'
import { linearRows } from './linear.js'
import { lossRows } from './losses.js'
import { movementRows } from './movement.js'
import { networkRows } from './networks.js'
import { pictureRows } from './pictures.js'
import { reductionRows } from './reductions.js'
import type { Row, Rows } from './row.js'

/** How often rows of a family are drawn. */
const families: readonly (readonly [weight: number, rows: Rows])[] = [
  [28, elementwiseRows],
  [22, movementRows],
  [16, reductionRows],
  [7, indexingRows],
  [9, contractionRows],
  [4, pictureRows],
  [8, networkRows],
  [6, idiomRows],
  [2, linearRows],
  [2, lossRows],
  [5, controlRows],
  [2, randomRows],
]

/** Every operation that programs are made of. */
export const rows: ReadonlyMap<string, Row> = new Map(families.flatMap(([, table]) => Object.entries(table)))

/** Each family as often as it weighs. */
const drawn = families.flatMap(([weight, table]) => new Array<Rows>(weight).fill(table))

/** Adds one statement, or none if what was drawn does not fit. */
export function makeStatement(d: Draw): void {
  const table = d.pick(drawn)
  // Bodies within bodies within bodies say little more.
  if (table === controlRows && d.depth >= 2) return
  const names = Object.keys(table)
  const name = names[d.random.integer(names.length)]
  const expression = attempt(() => table[name](d))
  if (expression !== undefined) d.add(name, expression)
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}

setStatementMaker(makeStatement)
