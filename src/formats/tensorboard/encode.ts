import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { joined } from '../bytes/source.js'
import type { Histogram, Summary, TaggedSummary, TensorBoardEvent } from './events.js'
import { encodeRecord } from './records.js'

/** A field of a message; what is not given is left out, as the format has it for zeros. */
type Field = (writer: BinaryWriter) => void

const message = (...fields: readonly (Field | false)[]): Uint8Array => {
  const writer = new BinaryWriter()
  for (const field of fields) if (field !== false) field(writer)
  return writer.finish()
}
const bytes =
  (number: number, value: Uint8Array): Field =>
  (writer) =>
    void writer.tag(number, WireType.LengthDelimited).bytes(value)
const text =
  (number: number, value: string): Field =>
  (writer) =>
    void writer.tag(number, WireType.LengthDelimited).string(value)
const double =
  (number: number, value: number): Field =>
  (writer) =>
    void writer.tag(number, WireType.Bit64).double(value)
const float =
  (number: number, value: number): Field =>
  (writer) =>
    void writer.tag(number, WireType.Bit32).float(value)
const integer =
  (number: number, value: number): Field =>
  (writer) =>
    void writer.tag(number, WireType.Varint).int64(value)
const doubles = (number: number, values: readonly number[]): Field =>
  bytes(number, new Uint8Array(Float64Array.from(values).buffer))

/** The number of strings among the element types of TensorFlow. */
const STRING = 7
/** The kind of data of a plug-in: tensors. */
const TENSOR_DATA = 2

const metadata = (plugin: string, content?: Uint8Array, kind?: number): Uint8Array =>
  message(
    bytes(1, message(text(1, plugin), content !== undefined && bytes(2, content))),
    kind !== undefined && integer(4, kind),
  )

const histogram = ({ minimum, maximum, count, sum, sumOfSquares, limits, counts }: Histogram): Uint8Array =>
  message(
    minimum !== 0 && double(1, minimum),
    maximum !== 0 && double(2, maximum),
    count !== 0 && double(3, count),
    sum !== 0 && double(4, sum),
    sumOfSquares !== 0 && double(5, sumOfSquares),
    doubles(6, limits),
    doubles(7, counts),
  )

const fields: { readonly [K in Summary['kind']]: (summary: Extract<Summary, { kind: K }>) => readonly Field[] } = {
  scalar: ({ value }) => [float(2, value)],
  histogram: (summary) => [bytes(5, histogram(summary))],
  image: ({ width, height, bytes: picture }) => [
    bytes(4, message(integer(1, height), integer(2, width), integer(3, 3), bytes(4, picture))),
  ],
  text: ({ text: said }) => [
    bytes(8, message(integer(1, STRING), bytes(2, message(bytes(2, message(integer(1, 1))))), text(8, said))),
    bytes(9, metadata('text', undefined, TENSOR_DATA)),
  ],
  other: ({ plugin, bytes: content }) => [bytes(9, metadata(plugin, content))],
}

function value({ tag, summary }: TaggedSummary): Field {
  const own = fields[summary.kind] as (summary: Summary) => readonly Field[]
  return bytes(1, message(text(1, tag), ...own(summary)))
}

/** The record of an event. */
export const encodeEvent = ({ time, step, summaries }: TensorBoardEvent): Uint8Array =>
  encodeRecord(message(double(1, time), step !== 0 && integer(2, step), bytes(5, message(...summaries.map(value)))))

/** The record that a file begins with. */
export const encodeBeginning = (time: number): Uint8Array =>
  encodeRecord(message(double(1, time), text(3, 'brain.Event:2')))

/** A value in the list of hyperparameters. */
export type Hyperparameter = number | string | boolean

const loose = (given: Hyperparameter): Uint8Array =>
  message(
    typeof given === 'number'
      ? double(2, given)
      : typeof given === 'string'
        ? text(3, given)
        : (writer) => void writer.tag(4, WireType.Varint).bool(given),
  )

const types = { string: 1, boolean: 2, number: 3 } as const

/** What the plug-in for hyperparameters wants to know of a run: what there is, and the values. */
export function hyperparameterSummaries(
  values: Readonly<Record<string, Hyperparameter>>,
  metrics: readonly string[],
): readonly TaggedSummary[] {
  const names = Object.keys(values)
  const infos = names.map((name) => {
    const type = types[typeof values[name] as keyof typeof types]
    return bytes(5, message(text(1, name), integer(4, type)))
  })
  const experiment = message(...infos, ...metrics.map((tag) => bytes(6, message(bytes(1, message(text(2, tag)))))))
  const start = message(...names.map((name) => bytes(1, message(text(1, name), bytes(2, loose(values[name]))))))
  const end = message(integer(1, 1))
  return [
    ['experiment', message(bytes(2, experiment))],
    ['session_start_info', message(bytes(3, start))],
    ['session_end_info', message(bytes(4, end))],
  ].map(([name, content]) => ({
    tag: `_hparams_/${name}`,
    summary: { kind: 'other', plugin: 'hparams', bytes: content as Uint8Array },
  }))
}

/**
 * The bytes of an event file of TensorBoard with these events.
 *
 * @example
 * const loss = { tag: 'loss', summary: { kind: 'scalar', value: 0.5 } } as const
 * const events = await readTensorBoard(encodeTensorBoard([{ time: 1, step: 3, summaries: [loss] }]))
 * events[0].step // 3
 */
export function encodeTensorBoard(events: readonly TensorBoardEvent[]): Uint8Array {
  return joined([encodeBeginning(events[0]?.time ?? 0), ...events.map(encodeEvent)])
}
