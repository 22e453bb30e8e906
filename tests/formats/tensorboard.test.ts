import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ShapewiseError } from '../../src/core/errors.js'
import { crc32c } from '../../src/data/formats/crc32.js'
import { joined } from '../../src/formats/bytes/source.js'
import {
  encodeTensorBoard,
  histogramOf,
  openTensorBoard,
  readTensorBoard,
  type TensorBoardEvent,
} from '../../src/formats/index.js'
import { hyperparameterSummaries } from '../../src/formats/tensorboard/encode.js'
import { encodeRecord, readRecords } from '../../src/formats/tensorboard/records.js'
import { mutated } from './mutations.js'

/** By scripts/fixtures/tensorboard.py */
const fixture: Readonly<Record<'one' | 'two' | 'hparams' | 'png', string>> = JSON.parse(
  readFileSync(new URL('../fixtures/tensorboard.json', import.meta.url), 'utf8'),
)
const fileOf = (name: keyof typeof fixture): Uint8Array => new Uint8Array(Buffer.from(fixture[name], 'base64'))
const png = fileOf('png')

const folder = mkdtempSync(join(tmpdir(), 'shapewise-tensorboard-'))
afterAll(() => rmSync(folder, { recursive: true }))

const one: readonly TensorBoardEvent[] = [
  { time: 1.5, step: 0, summaries: [{ tag: 'loss', summary: { kind: 'scalar', value: 0.5 } }] },
  {
    time: 1.5,
    step: 7,
    summaries: [
      {
        tag: 'weights',
        summary: {
          kind: 'histogram',
          ...{ minimum: -1, maximum: 2, count: 4, sum: 1.5, sumOfSquares: 5.25, limits: [0, 1, 2], counts: [1, 2, 1] },
        },
      },
      { tag: 'picture', summary: { kind: 'image', width: 2, height: 1, bytes: png } },
      { tag: 'note', summary: { kind: 'text', text: '# ü' } },
      { tag: 'zero', summary: { kind: 'scalar', value: 0 } },
    ],
  },
]

describe('event files', () => {
  it('of PyTorch are read, and written byte by byte as protobuf does', async () => {
    expect(await readTensorBoard(fileOf('one'))).toEqual(one)
    expect(encodeTensorBoard(one)).toEqual(fileOf('one'))
  })

  it('of TensorFlow 2 are read', async () => {
    const events = await readTensorBoard(fileOf('two'))
    const found = events.map(({ step, summaries: [{ tag, summary }] }) => [step, tag, summary])
    expect(found).toEqual([
      [1, 'loss', { kind: 'scalar', value: 0.25 }],
      [2, 'loss', { kind: 'scalar', value: 0.125 }],
      [
        2,
        'weights',
        {
          kind: 'histogram',
          ...{ minimum: -1, maximum: 2, count: 4, sum: 2.5, sumOfSquares: 3.25, limits: [0, 2], counts: [1, 3] },
        },
      ],
      [2, 'picture', { kind: 'image', width: 2, height: 1, bytes: png }],
      [2, 'curve', { kind: 'other', plugin: 'pr_curves', bytes: expect.any(Uint8Array) }],
    ])
  })

  it('hold hyperparameters as protobuf writes them', () => {
    const summaries = hyperparameterSummaries({ rate: 0.1, kind: 'adam', wide: false }, ['accuracy'])
    expect(encodeTensorBoard([{ time: 1.5, step: 0, summaries }])).toEqual(fileOf('hparams'))
  })

  it('have the checksums of RFC 3720', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43)
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e)
  })

  it('are written while a run goes on', async () => {
    const board = await openTensorBoard(join(folder, 'run'))
    board.scalar('loss', 0.5, 1)
    board.histogram('weights', [0, 1, 1, Number.NaN], 1)
    board.image('picture', png, 2)
    board.text('note', 'hello', 2)
    board.hyperparameters({ rate: 0.1 }, ['loss'])
    await board.flush()
    const [file] = readdirSync(join(folder, 'run'))
    expect(file).toMatch(/^events\.out\.tfevents\.\d+\..+\.\d+\.\d+$/)
    const events = await readTensorBoard(board.path)
    expect(events.map(({ step, summaries }) => [step, summaries.map(({ tag }) => tag).join()])).toEqual([
      [1, 'loss'],
      [1, 'weights'],
      [2, 'picture'],
      [2, 'note'],
      [0, '_hparams_/experiment,_hparams_/session_start_info,_hparams_/session_end_info'],
    ])
    expect(Math.abs(events[0].time - Date.now() / 1000)).toBeLessThan(60)
    expect(() => board.scalar('loss', 1, 0.5)).toThrow('loss: the step is 0.5')
    expect(() => board.image('x', new Uint8Array(30), 1)).toThrow("the picture 'x' is no PNG file")
    await board.close()
    writeFileSync(join(folder, 'file'), '')
    await expect(openTensorBoard(join(folder, 'file'))).rejects.toThrow(/cannot be written \(E/)
  })

  it('that end in the middle of a record are read in part, if that is wanted', async () => {
    const bytes = fileOf('one')
    for (const cut of [1, 5, 100]) {
      const part = bytes.slice(0, bytes.length - cut)
      await expect(readTensorBoard(part)).rejects.toThrow(/record at \d+ lies at/)
      expect(await readTensorBoard(part, { partial: true })).toEqual(one.slice(0, 1))
    }
    await expect(readTensorBoard(bytes.fill(1, 20, 21), { partial: true })).rejects.toThrow(
      'the checksum of the record at 0',
    )
  })

  it('that are damaged are refused: 2,000 of them', async () => {
    for (const name of ['one', 'two'] as const) {
      for (let seed = 0; seed < 1000; seed++) {
        const error = await readTensorBoard(mutated(fileOf(name), seed), { partial: seed % 2 === 0 }).catch(
          (caught: unknown) => caught,
        )
        if (error instanceof Error) expect(error, `seed ${seed}: ${error.stack}`).toBeInstanceOf(ShapewiseError)
      }
    }
  })
})

describe('events', () => {
  it('that are damaged behind a right checksum are refused: 2,000 of them', async () => {
    let refused = 0
    for (const name of ['one', 'two'] as const) {
      const records = [...readRecords(fileOf(name), name, false)]
      for (let seed = 0; seed < 1000; seed++) {
        const damage = records.map((record, i) => encodeRecord(i === 0 ? record : mutated(record, seed + 7 * i)))
        const error = await readTensorBoard(joined(damage)).catch((caught: unknown) => caught)
        if (!(error instanceof Error)) continue
        refused++
        expect(error, `seed ${seed}: ${error.stack}`).toBeInstanceOf(ShapewiseError)
      }
    }
    expect(refused).toBeGreaterThan(500)
  })
})

describe('histograms', () => {
  it('count values between the smallest and the largest', () => {
    expect(histogramOf([3, 0, 1, 4, 2], 2)).toEqual({
      kind: 'histogram',
      ...{ minimum: 0, maximum: 4, count: 5, sum: 10, sumOfSquares: 30, limits: [2, 4], counts: [2, 3] },
    })
    expect(histogramOf([5, 5], 3).counts).toEqual([0, 0, 2])
    expect(histogramOf([Number.NaN, Infinity]).count).toBe(0)
    expect(histogramOf([]).counts).toEqual([0])
    expect(histogramOf(new Float32Array(600).fill(1)).counts).toHaveLength(30)
  })
})
