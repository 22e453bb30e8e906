import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { ShapewiseError } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { damaged, decodeUtf8 } from '../../data/formats/damage.js'
import { type ByteLocation, openBytes, readAll } from '../bytes/source.js'
import type { Histogram, Summary, TaggedSummary, TensorBoardEvent } from './events.js'
import { readRecords } from './records.js'

export interface ReadTensorBoardOptions {
  /** Whether a last record that is not complete is left out, as while a run goes on or after it was killed; false. */
  readonly partial?: boolean
}

/**
 * Reads an event file of TensorBoard: scalars, histograms, pictures and texts, in the form of TensorFlow 1 and PyTorch as in that of
 * TensorFlow 2.
 *
 * @throws if the file cannot be read, or is damaged: each record has a checksum
 *
 * Source: TensorFlow, event.proto and summary.proto, 2024.
 *
 * @example
 * const steps = async (file: string) => (await readTensorBoard(file, { partial: true })).map(({ step }) => step)
 */
export async function readTensorBoard(
  location: ByteLocation,
  options: ReadTensorBoardOptions = {},
): Promise<readonly TensorBoardEvent[]> {
  checkOptions<ReadTensorBoardOptions>('readTensorBoard', options, { partial: true })
  const source = await openBytes(location)
  try {
    const { name } = source
    const events: TensorBoardEvent[] = []
    const plugins = new Map<string, string>()
    for (const record of readRecords(await readAll(source), name, options.partial ?? false)) {
      const event = decoded(record, name, plugins)
      if (event.summaries.length > 0) events.push(event)
    }
    return events
  } finally {
    await source.close()
  }
}

function decoded(record: Uint8Array, name: string, plugins: Map<string, string>): TensorBoardEvent {
  try {
    return eventOf(new Message(record), plugins)
  } catch (error) {
    if (error instanceof ShapewiseError) throw error
    return damaged(name, `an event is damaged (${error instanceof Error ? error.message : error})`)
  }
}

/** The fields of a message by their numbers, as they stand. */
class Message {
  readonly #fields = new Map<number, (number | Uint8Array)[]>()

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    const reader = new BinaryReader(bytes)
    while (reader.pos < reader.len) {
      const [number, wire] = reader.tag()
      const value = fieldOf(reader, wire, number)
      if (value === undefined) continue
      const values = this.#fields.get(number)
      if (values === undefined) this.#fields.set(number, [value])
      else values.push(value)
    }
  }

  has(number: number): boolean {
    return this.#fields.has(number)
  }

  number(number: number): number {
    const value = this.#fields.get(number)?.at(-1) ?? 0
    if (typeof value !== 'number') throw new Error(`field ${number} is no number`)
    return value
  }

  bytes(number: number): Uint8Array {
    return this.lists(number).at(-1) ?? new Uint8Array(0)
  }

  lists(number: number): readonly Uint8Array[] {
    const values = this.#fields.get(number) ?? []
    return values.map((value) => {
      if (typeof value === 'number') throw new Error(`field ${number} is a number`)
      return value
    })
  }

  text(number: number): string {
    return decodeUtf8(this.bytes(number), 'text')
  }

  inner(number: number): Message {
    return new Message(this.bytes(number))
  }

  /** Numbers side by side, or each as a field. */
  numbers(number: number, width: 4 | 8): readonly number[] {
    return (this.#fields.get(number) ?? []).flatMap((value) =>
      typeof value === 'number' ? [value] : floats(value, width),
    )
  }
}

function fieldOf(reader: BinaryReader, wire: WireType, number: number): number | Uint8Array | undefined {
  if (wire === WireType.Varint) return Number(reader.int64())
  if (wire === WireType.Bit64) return reader.double()
  if (wire === WireType.Bit32) return reader.float()
  if (wire === WireType.LengthDelimited) return reader.bytes()
  reader.skip(wire, number)
  return undefined
}

function floats(bytes: Uint8Array, width: 4 | 8): readonly number[] {
  if (bytes.length % width !== 0) throw new Error(`${bytes.length} bytes are no numbers of ${width}`)
  const copy = bytes.slice()
  return Array.from(width === 4 ? new Float32Array(copy.buffer) : new Float64Array(copy.buffer))
}

function eventOf(event: Message, plugins: Map<string, string>): TensorBoardEvent {
  const step = event.number(2)
  if (!Number.isSafeInteger(step)) throw new Error(`its step is ${step}`)
  const summaries = event
    .inner(5)
    .lists(1)
    .map((value) => taggedOf(new Message(value), plugins))
  return { time: event.number(1), step, summaries: summaries.filter((each) => each !== undefined) }
}

function taggedOf(value: Message, plugins: Map<string, string>): TaggedSummary | undefined {
  const tag = value.text(1)
  const data = value.inner(9).inner(1)
  // Only the first summary of a tag says what it is for.
  if (data.has(1)) plugins.set(tag, data.text(1))
  const plugin = plugins.get(tag) ?? ''
  const summary = summaryOf(value, plugin, data.bytes(2))
  return summary === undefined ? undefined : { tag, summary }
}

function summaryOf(value: Message, plugin: string, content: Uint8Array): Summary | undefined {
  if (value.has(2)) return { kind: 'scalar', value: value.number(2) }
  if (value.has(5)) return histogramOf(value.inner(5))
  if (value.has(4)) {
    const image = value.inner(4)
    return { kind: 'image', height: image.number(1), width: image.number(2), bytes: image.bytes(4) }
  }
  if (value.has(8)) {
    const known = Object.hasOwn(tensors, plugin) ? tensors[plugin](value.inner(8)) : undefined
    return known ?? { kind: 'other', plugin, bytes: value.bytes(8) }
  }
  return plugin === '' ? undefined : { kind: 'other', plugin, bytes: content }
}

function histogramOf(message: Message): Histogram {
  const [limits, counts] = [message.numbers(6, 8), message.numbers(7, 8)]
  if (limits.length !== counts.length) throw new Error(`there are ${limits.length} limits of ${counts.length} buckets`)
  return {
    kind: 'histogram',
    ...{ minimum: message.number(1), maximum: message.number(2), count: message.number(3) },
    ...{ sum: message.number(4), sumOfSquares: message.number(5), limits, counts },
  }
}

/** The elements of a tensor of floats. */
const elements = (tensor: Message): readonly number[] => {
  const isDouble = tensor.number(1) === 2
  if (tensor.has(4)) return floats(tensor.bytes(4), isDouble ? 8 : 4)
  return isDouble ? tensor.numbers(6, 8) : tensor.numbers(5, 4)
}

/** What the tensors of TensorFlow 2 mean, by the plug-in that they are for. */
const tensors: { readonly [plugin: string]: (tensor: Message) => Summary | undefined } = {
  scalars: (tensor) => ({ kind: 'scalar', value: elements(tensor)[0] ?? Number.NaN }),
  text: (tensor) => ({
    kind: 'text',
    text: tensor
      .lists(8)
      .map((line) => decodeUtf8(line, 'text'))
      .join('\n'),
  }),
  images(tensor) {
    const [width, height, bytes] = tensor.lists(8)
    if (bytes === undefined) return undefined
    const size = (text: Uint8Array): number => Number(decodeUtf8(text, 'the size of a picture'))
    return { kind: 'image', width: size(width), height: size(height), bytes }
  },
  /** A row for each bucket: where it begins and ends, and how many there are. */
  histograms(tensor) {
    const rows = elements(tensor)
    const buckets = Array.from({ length: Math.floor(rows.length / 3) }, (_, i) => rows.slice(3 * i, 3 * i + 3))
    const middle = ([from, to]: readonly number[]): number => (from + to) / 2
    const total = (of: (bucket: readonly number[]) => number): number =>
      buckets.reduce((sum, b) => sum + of(b) * b[2], 0)
    return {
      kind: 'histogram',
      ...{ minimum: buckets[0]?.[0] ?? 0, maximum: buckets.at(-1)?.[1] ?? 0, count: total(() => 1) },
      // Of values that are known to lie in buckets only, the middles stand for them.
      ...{ sum: total(middle), sumOfSquares: total((bucket) => middle(bucket) ** 2) },
      ...{ limits: buckets.map(([, to]) => to), counts: buckets.map(([, , count]) => count) },
    }
  },
}
