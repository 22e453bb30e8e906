import { readdirSync, readFileSync } from 'node:fs'
import type { DType } from '../../src/core/dtype.js'
import * as nn from '../../src/nn/index.js'
import type { LayerTruth } from './runLayerTest.js'

/** A layer: its name, arguments (which may be layers), options last. Those with parameters are made in the dtype that is tested. */
export type Call = readonly [name: string, ...args: unknown[]]

export interface LayerCase extends LayerTruth {
  readonly call: Call
}

const folder = new URL('../fixtures/layers/', import.meta.url)
export const library: Readonly<Record<string, unknown>> = { ...nn }
const isCall = (x: unknown): x is Call => Array.isArray(x) && typeof x[0] === 'string' && x[0] in library
const isOptions = (x: unknown): boolean => typeof x === 'object' && x !== null && !Array.isArray(x)

/** The layer of a call; one around another has the dtype of that one. */
export function makeLayer([name, ...args]: Call, dtype: DType | undefined): unknown {
  const made = library[name]
  if (typeof made !== 'function') throw new Error(`there is no nn.${name}`)
  const options = isOptions(args.at(-1)) ? args.pop() : {}
  const positional = args.map((arg) => (isCall(arg) ? makeLayer(arg, dtype) : arg))
  if (dtype !== undefined && !args.some(isCall)) return made(...positional, { ...(options as object), dtype })
  return Object.keys(options as object).length === 0 ? made(...positional) : made(...positional, options)
}

const read = (path: URL): unknown => JSON.parse(readFileSync(path, 'utf8'))
/** The cases of PyTorch, room by room. */
export const layerRooms: readonly (readonly [name: string, cases: readonly LayerCase[]])[] = [
  ['everyday', (read(new URL('../nn.json', folder)) as { layers: LayerCase[] }).layers],
  ...readdirSync(folder).map(
    (file) => [file.replace('.json', ''), read(new URL(file, folder)) as LayerCase[]] as const,
  ),
]
