import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seed } from 'shapewise'
import { dataset, floatColumn, generate } from 'shapewise/data'
import { readCheckpoint, readSafetensors } from 'shapewise/formats'
import * as nn from 'shapewise/nn'
import { sgd } from 'shapewise/optim'
import { fit, folderStorage, memoryStorage, RunFolder, type Storage, trainLoop } from 'shapewise/train'
import { afterAll, describe, expect, it } from 'vitest'
import { putTogether, takeApart } from '../../src/train/store/stored.js'

const root = mkdtempSync(join(tmpdir(), 'store-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const data = dataset({
  inputs: floatColumn(
    Float32Array.from({ length: 40 }, (_, i) => Math.sin(i)),
    [2],
  ),
  targets: floatColumn(
    Float32Array.from({ length: 20 }, (_, i) => Math.cos(i)),
    [1],
  ),
})
const notes: string[] = []
const train = (folder: string | Storage, more: object = {}) => {
  seed(1)
  const model = nn.linear(2, 1)
  const optimizer = sgd({ learningRate: 0.05 })
  const options = {
    loss: nn.meanSquaredError,
    optimizer,
    batchSize: 5,
    onNote: (text: string) => void notes.push(text),
  }
  return { model, run: fit(model, data, { ...options, epochs: 3, folder, ...more }) }
}

describe('a folder of files', () => {
  it('keeps what is written, whole or not at all, and lists it', async () => {
    const storage = await folderStorage(join(root, 'a/b'))
    await storage.write('x.txt', 'one')
    await storage.write('deep/er/y.bin', Uint8Array.of(1, 2))
    await storage.append('log', 'first\n')
    await storage.append('log', 'second\n')
    expect(new TextDecoder().decode(await storage.read('log'))).toBe('first\nsecond\n')
    expect(await storage.read('deep/er/y.bin')).toEqual(Uint8Array.of(1, 2))
    expect(await storage.read('nothing')).toBeUndefined()
    expect(await storage.list('')).toEqual(['log', 'x.txt'])
    expect(await storage.list('nowhere')).toEqual([])
    await storage.remove('log')
    expect(readdirSync(join(root, 'a/b')).sort()).toEqual(['deep', 'x.txt'])
    // One after the other, in the order of the calls.
    await Promise.all(['1', '2', '3'].map((text) => storage.write('x.txt', text)))
    expect(readFileSync(join(root, 'a/b/x.txt'), 'utf8')).toBe('3')
  })

  it('sweeps away what a killed process has left half written', async () => {
    mkdirSync(join(root, 'swept/checkpoints'), { recursive: true })
    writeFileSync(join(root, 'swept/checkpoints/.checkpoints-step-1.safetensors.99.partial'), 'half')
    const storage = await folderStorage(join(root, 'swept'))
    expect(await storage.list('checkpoints')).toEqual([])
    await (await storage.claim?.())?.()
    expect(readdirSync(join(root, 'swept/checkpoints'))).toEqual([])
  })

  it.each([
    ['a file', (file: string) => file, /cannot be stored.*there is a file of that name/],
    ['below a file', (file: string) => join(file, 'x', 'y'), /cannot be stored.*a part of the path is a file/],
    // Even the administrator cannot make folders there.
    ['in /proc', () => '/proc/shapewise/run', /cannot be stored/],
  ])('is refused before anything is trained if it is %s', async (_, place, message) => {
    const file = join(root, 'file')
    writeFileSync(file, '')
    const { model, run } = train(place(file))
    const before = model.weight.value.arraySync()
    await expect(Promise.resolve(run)).rejects.toThrow(message)
    expect(model.weight.value.arraySync()).toEqual(before)
  })
})

describe('plain data with values of tensors', () => {
  it('comes back as it was', () => {
    const value = {
      list: [
        1,
        Number.NaN,
        -0,
        'text',
        null,
        true,
        { weight: { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) } },
      ],
      numbers: Float64Array.of(1e-300, Infinity),
      left: undefined,
    }
    const apart = takeApart(value)
    expect(Object.keys(apart.tensors)).toEqual(['list/6/weight', 'numbers'])
    expect(putTogether(apart)).toEqual({ list: value.list, numbers: value.numbers })
  })

  it('is refused where it is something else, with the place', () => {
    expect(() => takeApart({ callbacks: { mine: { seen: () => 1 } } })).toThrow(/callbacks\/mine\/seen is a function/)
    expect(() => takeApart({ a: [new Map()] })).toThrow(/a\/0 is/)
  })
})

describe('the folder of a run', () => {
  it('tells what ran, how it went, and holds the weights', async () => {
    const path = join(root, 'run')
    const { model, run } = train(path, { validation: data, name: 'line' })
    const history = await run
    const folder = await RunFolder.open(path)
    const info = await folder.info()
    expect(info).toMatchObject({
      name: 'line',
      status: 'finished',
      resumed: 0,
      seed: 0,
      options: { epochs: 3, batchSize: 5 },
    })
    expect(info?.data).toMatchObject({ examples: 20, shuffle: true, checksum: data.checksum() })
    expect(info?.environment.commit).toMatch(/^[0-9a-f]{40}\+?$/)
    expect(info?.results).toEqual({ loss: history[2].loss, validationLoss: history[2].validation?.loss })
    const lines = await folder.lines()
    expect(lines.filter(({ type }) => type === 'step').map(({ step }) => step)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ])
    const epochs = lines.filter((line) => line.type === 'epoch')
    expect(epochs.map(({ metrics }) => metrics.loss)).toEqual(history.map(({ loss }) => loss))
    expect(await folder.checkpoints()).toEqual([8, 12])
    const weights = await readSafetensors(join(path, 'model.safetensors'))
    expect(weights.weight.data).toEqual(await model.weight.value.data())
    const { tensors } = await readCheckpoint(join(path, 'checkpoints/step-00000012.safetensors'))
    expect(tensors['ensemble/parts/model/weight'].data).toEqual(await model.weight.value.data())
  })

  it('is not mixed with another run, and not gone on with by other data', async () => {
    const storage = memoryStorage('shelf')
    await train(storage).run
    await expect(Promise.resolve(train(storage).run)).rejects.toThrow(/fit: in shelf lies a run already.*resume: true/)
    const other = train(storage, { resume: true, batchSize: 4 })
    await expect(Promise.resolve(other.run)).rejects.toThrow(/batchSize was 5 .* and is 4/)
    const changed = dataset({ ...data.columns, targets: floatColumn(new Float32Array(20), [1]) })
    const optimizer = sgd({ learningRate: 0.05 })
    const options = { loss: nn.meanSquaredError, optimizer, batchSize: 5, epochs: 9, folder: storage, resume: true }
    await expect(Promise.resolve(fit(nn.linear(2, 1), changed, options))).rejects.toThrow(/checksum was [0-9a-f]{8} /)
  })

  it('is gone on with for more epochs; one that is over gives its history', async () => {
    const storage = memoryStorage()
    const first = await train(storage).run
    expect(await train(storage, { resume: true }).run).toEqual(first)
    const { model, run } = train(storage, { resume: true, epochs: 5 })
    const seen: number[] = []
    for await (const { epoch } of run) seen.push(epoch)
    expect(seen).toEqual([4, 5])
    expect(run.history.slice(0, 3)).toEqual(first)
    const whole = train(memoryStorage(), { epochs: 5 })
    await whole.run
    expect(model.weight.value.arraySync()).toEqual(whole.model.weight.value.arraySync())
  })

  it('mends half a line, and a newest checkpoint that is damaged', async () => {
    const path = join(root, 'mended')
    await train(path).run
    const metrics = join(path, 'metrics.jsonl')
    const before = readFileSync(metrics, 'utf8')
    writeFileSync(metrics, `${before}{"type":"step","st`)
    const newest = join(path, 'checkpoints/step-00000012.safetensors')
    writeFileSync(newest, readFileSync(newest).subarray(0, 300))
    expect((await (await RunFolder.open(path)).lines()).length).toBe(before.trim().split('\n').length)
    notes.length = 0
    const again = train(path, { resume: true })
    const history = await again.run
    expect(history).toHaveLength(3)
    expect(notes.join()).toMatch(/step-00000012.*goes on from an earlier one/)
    const lines = (await (await RunFolder.open(path)).lines()).filter(({ type }) => type === 'step')
    expect(lines.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  })
})

/** A storage that holds so many bytes, like a disk. */
function disk(bytes: number): Storage & { capacity: number } {
  const storage = memoryStorage('disk')
  const sizes = new Map<string, number>()
  const limited = {
    ...storage,
    capacity: bytes,
    async write(file: string, content: string | Uint8Array) {
      const others = [...sizes].reduce((total, [name, size]) => total + (name === file ? 0 : size), 0)
      if (others + content.length > limited.capacity) throw new Error('the disk is full')
      sizes.set(file, content.length)
      await storage.write(file, content)
    },
    async append(file: string, text: string) {
      const all = [...sizes.values()].reduce((total, size) => total + size, 0)
      if (all + text.length > limited.capacity) throw new Error('the disk is full')
      sizes.set(file, (sizes.get(file) ?? 0) + text.length)
      await storage.append(file, text)
    },
    async remove(file: string) {
      sizes.delete(file)
      await storage.remove(file)
    },
  }
  return limited
}

it('a part whose state cannot be stored is told before anything is trained', async () => {
  const odd = { state: () => ({ deep: [() => 1] }), loadState: () => {} }
  const steps: number[] = []
  const run = trainLoop(
    (at) => steps.push(at),
    generate(({ index }) => index, { length: 2 }),
    {
      ...{ parts: { odd }, folder: memoryStorage() },
    },
  )
  await expect(Promise.resolve(run)).rejects.toThrow(/ensemble\/parts\/odd\/deep\/0 is a function/)
  expect(steps).toEqual([])
})

describe('a full disk', () => {
  it('does not end a training: it is said, the model is trained, and the error comes at the end', async () => {
    notes.length = 0
    const full = disk(4000)
    const { model, run } = train(full)
    await expect(Promise.resolve(run)).rejects.toThrow(/the model is trained, but not all of it could be stored.*full/)
    expect(run.history).toHaveLength(3)
    expect(notes.join()).toMatch(/the training goes on, but the disk is full/)
    const whole = train(memoryStorage())
    await whole.run
    expect(model.weight.value.arraySync()).toEqual(whole.model.weight.value.arraySync())
    // What was stored is whole: the run goes on once there is room.
    full.capacity = Infinity
    const later = train(full, { resume: true })
    await later.run
    expect(later.model.weight.value.arraySync()).toEqual(whole.model.weight.value.arraySync())
  })

  it('for a while is made up for', async () => {
    const full = disk(Infinity)
    let epoch = 0
    const { run } = train(full, {
      onEpoch: () => {
        full.capacity = ++epoch === 2 ? 0 : Infinity
      },
    })
    expect(await run).toHaveLength(3)
    const folder = await RunFolder.open(full)
    expect((await folder.lines()).filter(({ type }) => type === 'step')).toHaveLength(12)
    expect((await folder.checkpoints()).at(-1)).toBe(12)
  })
})
