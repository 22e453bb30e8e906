import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ShapewiseError } from '../../src/core/errors.js'
import { ByteReader } from '../../src/data/formats/damage.js'
import { openZip, writeZip } from '../../src/data/index.js'
import { bytesInMemory } from '../../src/formats/bytes/source.js'
import { encodeSafetensors, loadPyTorch, openPyTorch, readSafetensors } from '../../src/formats/index.js'
import { openingPyTorch } from '../../src/formats/pytorch/file.js'
import { readPickle } from '../../src/formats/pytorch/pickle.js'
import { callKnown, isKnown } from '../../src/formats/pytorch/tensors.js'
import { type Tensor, tensor } from '../../src/index.js'
import * as nn from '../../src/nn/index.js'
import { mutated } from './mutations.js'

interface Values {
  readonly shape: number[]
  readonly values: number[]
}
interface Fixture {
  readonly models: Readonly<Record<string, { file: string; input: Values; output: Values }>>
  readonly files: Readonly<Record<string, string>>
  readonly pickles: readonly string[]
}

/** By scripts/fixtures/pytorch.py */
const fixture: Fixture = JSON.parse(readFileSync(new URL('../fixtures/pytorch.json', import.meta.url), 'utf8'))
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
const fileOf = (name: string): Uint8Array => bytesOf(fixture.files[name])

class Attention extends nn.Module {
  readonly attention = nn.multiHeadAttention(8, 2)
  forward(x: Tensor) {
    return this.attention.forward(x)
  }
}
class Cross extends nn.Module {
  readonly attention = nn.crossAttention(8, 2)
  forward(x: Tensor) {
    return this.attention.forward(x.slice(':', [0, 2]), x)
  }
}
class Decoder extends nn.Module {
  readonly decoder = nn.transformerDecoder(8, 2, 1, { hidden: 12, norm: 'pre' })
  forward(x: Tensor) {
    return this.decoder.forward(x, x)
  }
}
class Recurrent extends nn.Module {
  constructor(readonly rnn: nn.Layer) {
    super()
  }
  forward(x: Tensor): Tensor {
    return this.rnn.forward(x)
  }
}
class Pictures extends nn.Module {
  readonly conv1 = nn.conv2d(2, 3, 3)
  readonly fc1 = nn.linear(24, 5)
  forward(x: Tensor) {
    return this.fc1.forward(this.conv1.forward(x).relu().reshape([2, 24]))
  }
}

type Model = nn.Module & { forward(x: Tensor): Tensor }
const models: Readonly<Record<string, () => Model>> = {
  linear: () => nn.sequential(nn.linear(3, 4), nn.relu(), nn.linear(4, 2)),
  pictures: () =>
    nn.sequential(
      nn.conv2d(2, 6, [3, 2], { groups: 2 }),
      nn.batchNorm2d(6),
      nn.pRelu({ channels: 6 }),
      nn.flatten(),
      nn.linear(72, 4),
    ),
  own: () => new Pictures(),
  transposed: () =>
    nn.sequential(
      nn.convTranspose2d(4, 6, 3, { stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
      nn.groupNorm(2, 6),
    ),
  sequences: () => nn.sequential(nn.conv1d(3, 4, 3), nn.batchNorm1d(4), nn.convTranspose1d(4, 2, 3)),
  volumes: () => nn.sequential(nn.conv3d(1, 2, 2), nn.batchNorm3d(2), nn.convTranspose3d(2, 1, 2)),
  lstm: () => new Recurrent(nn.lstm(3, 4, { layers: 2, bidirectional: true })),
  gru: () => new Recurrent(nn.gru(3, 4, { layers: 2 })),
  attention: () => new Attention(),
  cross: () => new Cross(),
  encoder: () => nn.transformerEncoder(8, 2, 2, { hidden: 12 }),
  decoder: () => new Decoder(),
  'layer norm': () => nn.sequential(nn.layerNorm(8), nn.linear(8, 3, { bias: false })),
}
const channelsFirst = new Set(['pictures', 'own', 'transposed', 'sequences', 'volumes'])

/** The values of PyTorch, with the channels last. */
function given(name: string, { shape, values }: Values): Tensor {
  const x: Tensor = tensor(values, shape)
  if (!channelsFirst.has(name) || shape.length < 3) return x
  return x.permute([0, ...shape.slice(2).map((_, i) => i + 2), 1]) as Tensor
}

describe('models with the weights of PyTorch', () => {
  it.each(Object.keys(fixture.models))('give its outputs: %s', async (name) => {
    const { file, input, output } = fixture.models[name]
    const model = models[name]()
    const options = name === 'own' ? { flattened: { fc1: 3 } } : {}
    const report = await loadPyTorch(model, bytesOf(file), options)
    expect(report.unused).toEqual([])
    const found = await model.eval().forward(given(name, input)).data()
    const wanted = await given(name, output).data()
    expect(found).toHaveLength(wanted.length)
    wanted.forEach((value, i) => {
      expect(Math.abs(found[i] - value)).toBeLessThan(2e-5 * Math.max(1, Math.abs(value)))
    })
  })

  it('are told to be flattened pictures or not', async () => {
    const { file } = fixture.models.own
    await expect(loadPyTorch(new Pictures(), bytesOf(file))).rejects.toThrow(
      "whether 'fc1' takes pictures of 3 channels, flattened, is not known, and PyTorch flattens them in another order. Say so with { flattened: { 'fc1': 3 } }",
    )
    const model = new Pictures()
    await loadPyTorch(model, bytesOf(file), { flattened: { fc1: false } })
    const plain = await (await openPyTorch(bytesOf(file))).read('fc1.weight')
    const weight = await model.fc1.weight.value.data()
    expect(weight[1]).toBe(plain.data[24])
  })
})

describe('loading', () => {
  const linear = () => nn.sequential(nn.linear(3, 4), nn.relu(), nn.linear(4, 2))
  const { file } = fixture.models.linear

  it('tells what became of each tensor', async () => {
    const report = await loadPyTorch(linear(), bytesOf(file))
    expect(String(report)).toBe(
      [
        'the data: 4 of 4 variables',
        '  = layers.0.weight [3, 4] ← 0.weight, transposed',
        '  = layers.0.bias   [4] ← 0.bias',
        '  = layers.2.weight [4, 2] ← 2.weight, transposed',
        '  = layers.2.bias   [2] ← 2.bias',
      ].join('\n'),
    )
  })

  it('changes nothing if something does not fit, and tells what', async () => {
    const model = nn.sequential(nn.linear(3, 4), nn.relu(), nn.linear(4, 5), nn.layerNorm(5))
    const before = await model.state()
    const error: Error = await loadPyTorch(model, bytesOf(file)).then(
      () => new Error(),
      (caught) => caught,
    )
    expect(error.message).toContain("≠ layers.2.weight: '2.weight' has [2, 4] instead of [5, 4]")
    expect(error.message).toContain("− layers.3.weight: there is no '3.weight'")
    expect(error.message).toContain('Build the model with the sizes of the file')
    expect(await model.state()).toEqual(before)
    const partly = nn.sequential(nn.linear(3, 4), nn.relu(), nn.linear(4, 2), nn.layerNorm(2))
    await expect(loadPyTorch(partly, bytesOf(file))).rejects.toThrow('take what fits with { partial: true }')
    const report = await loadPyTorch(partly, bytesOf(file), { partial: true })
    expect(report.missing.map(({ path }) => path)).toEqual(['layers.3.weight', 'layers.3.bias'])
    expect(report.matched).toHaveLength(4)
    const nothing = loadPyTorch(nn.sequential(nn.layerNorm(5)), bytesOf(file), { partial: true, rename: { '': 'x.' } })
    await expect(nothing).rejects.toThrow("'x.0.weight' has no place in the model")
  })

  it("renames, goes by order, and takes tensors in PyTorch's layout from elsewhere", async () => {
    class Named extends nn.Module {
      readonly first = nn.linear(3, 4)
      readonly lastLayer = nn.linear(4, 2)
    }
    const [byOrder, byName, bySpelling, byFunction] = [new Named(), new Named(), new Named(), new Named()]
    await loadPyTorch(byOrder, bytesOf(file), { match: 'order' })
    await loadPyTorch(byName, bytesOf(file), { rename: { '0.': 'first.', '2.': 'lastLayer.' } })
    await loadPyTorch(bySpelling, bytesOf(file), { rename: { '0.': 'first.', '2.': 'last_layer.' } })
    const tensors = await (await openPyTorch(bytesOf(file))).state()
    const state = await readSafetensors(encodeSafetensors(tensors))
    await loadPyTorch(byFunction, state, { rename: (name) => name.replace('0', 'first').replace('2', 'lastLayer') })
    for (const model of [byName, bySpelling, byFunction]) expect(await model.state()).toEqual(await byOrder.state())
    await expect(loadPyTorch(new Named(), bytesOf(file))).rejects.toThrow("there is no 'first.weight'")
    await expect(loadPyTorch(nn.linear(3, 4), bytesOf(file), { match: 'order' })).rejects.toThrow(
      'has 4 tensors, the model takes 2',
    )
    const others = nn.sequential(nn.linear(4, 2), (x: Tensor) => x, nn.linear(3, 4))
    await expect(loadPyTorch(others, bytesOf(file), { match: 'order' })).rejects.toThrow(
      "in order, '0.weight' [4, 3] would come to 'layers.0.weight', which takes [2, 4]",
    )
    await expect(loadPyTorch(linear(), bytesOf(file), { rename: () => 'x' })).rejects.toThrow('are both renamed to')
    // @ts-expect-error
    await expect(loadPyTorch(linear(), bytesOf(file), { renam: {} })).rejects.toThrow("Did you mean 'rename'?")
  })

  it('finds the state dict in a checkpoint', async () => {
    const model = nn.linear(2, 3)
    await loadPyTorch(model, fileOf('checkpoint'))
    expect(await (await openPyTorch(fileOf('checkpoint'))).read('model.bias')).toEqual({
      ...(await model.state()).bias,
    })
    await loadPyTorch(nn.linear(2, 3), fileOf('legacy checkpoint'), { part: 'model' })
    await loadPyTorch(nn.linear(2, 3), fileOf('parallel'))
    await expect(loadPyTorch(model, fileOf('checkpoint'), { part: 'ema' })).rejects.toThrow("has no tensors in 'ema'")
  })
})

describe('files of torch.save', () => {
  const base = Array.from({ length: 12 }, (_, i) => i)
  const turned = [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]
  const wanted: Readonly<Record<string, [string, number[], number[]]>> = {
    single: ['float32', [3, 4], base],
    half: ['float16', [3, 4], base],
    brain: ['bfloat16', [3, 4], base],
    double: ['float64', [3, 4], base],
    long: ['int32', [3, 4], base],
    int: ['int32', [3, 4], base],
    short: ['int32', [3, 4], base],
    byte: ['int32', [3, 4], base],
    unsigned: ['uint8', [3, 4], base],
    flag: ['bool', [3, 4], base.map((x) => Number(x > 3))],
    scalar: ['float32', [], [2.5]],
    empty: ['float32', [0, 3], []],
    view: ['float32', [2, 2], [4, 6, 8, 10]],
    turned: ['float32', [4, 3], turned],
    expanded: ['float32', [2, 3], [1, 1, 1, 2, 2, 2]],
    parameter: ['float32', [2], [1, 1]],
  }

  it.each(['zip', 'legacy'])('hold tensors of all kinds (%s)', async (format) => {
    const file = await openPyTorch(fileOf(format))
    for (const [name, [dtype, shape, values]] of Object.entries(wanted)) {
      const { data, ...rest } = await file.read(name)
      expect({ ...rest, data: [...data] }, name).toEqual({ dtype, shape, data: values })
    }
    await expect(file.read('complex')).rejects.toThrow("'complex' has elements of type C64")
    expect((await file.raw('complex')).bytes).toHaveLength(96)
  })

  it.each(['checkpoint', 'legacy checkpoint', 'protocol 4'])('hold values of Python (%s)', async (name) => {
    const { metadata, names } = await openPyTorch(fileOf(name))
    expect(metadata).toBeInstanceOf(Map)
    const entries = Object.fromEntries(metadata as Map<string, unknown>)
    expect(entries).toMatchObject({
      ...{ epoch: 7, best: 0.5, none: null, name: 'ü', large: 2n ** 70n, negative: -300, flags: [true, false] },
      ...{ sizes: [2, 3], device: 'cpu', set: new Set([1]), bytes: new Uint8Array([97, 98]) },
    })
    expect(names).toEqual(['model.weight', 'model.bias', 'optimizer.state.0.exp_avg'])
  })

  it('have names where they have none themselves', async () => {
    expect((await openPyTorch(fileOf('list'))).names).toEqual(['0', '1.a'])
    expect((await openPyTorch(fileOf('tensor'))).names).toEqual(['tensor'])
    expect((await openPyTorch(fileOf('optimizer'))).names).toContain('state.0.exp_avg')
  })

  it.each(['evil', 'legacy evil'])('are never executed (%s)', async (name) => {
    await expect(openPyTorch(fileOf(name))).rejects.toThrow(
      /the file needs '(posix|os)\.system', which only Python can run\. Save tensors only/,
    )
    expect(existsSync('/tmp/shapewise-was-here')).toBe(false)
  })

  it('of ZIP64 are read', async () => {
    const zip64 = JSON.parse(readFileSync(new URL('../fixtures/zip64.json', import.meta.url), 'utf8'))
    const state = await (await openPyTorch(bytesOf(zip64.pytorch))).state()
    expect(state).toEqual({
      weight: { dtype: 'float32', shape: [2, 3], data: new Float32Array([0, 1, 2, 3, 4, 5]) },
      bias: { dtype: 'float32', shape: [2], data: new Float32Array([0.5, -1]) },
    })
  })

  it('are read as far as they are asked for', async () => {
    const zip = openZip(fileOf('zip'))
    const files = await Promise.all(zip.names.map(async (path) => [path, await zip.read(path)] as const))
    const bytes = writeZip([['archive/data/99', new Uint8Array(1e6)], ...files])
    const source = bytesInMemory(bytes, 'x.pt')
    let [count, isClosed] = [0, false]
    const file = await openingPyTorch({
      ...source,
      read(at, length, what) {
        count += length
        return source.read(at, length, what)
      },
      async close() {
        isClosed = true
      },
    })
    const opening = count
    expect(opening).toBeLessThan(20_000)
    expect([...(await file.read('single')).data]).toEqual([...Array(12).keys()])
    expect(count - opening).toBeLessThan(1000)
    expect(isClosed).toBe(false)
    await file.close()
    expect(isClosed).toBe(true)
  })

  it('that hold programs are refused by name', async () => {
    await expect(openPyTorch(fileOf('module'))).rejects.toThrow("needs 'torch.nn.modules.linear.Linear'")
    await expect(openPyTorch(fileOf('script'))).rejects.toThrow('this is a TorchScript program')
    await expect(openPyTorch(writeZip([['a/b', new Uint8Array(1)]]))).rejects.toThrow('has no data.pkl')
    await expect(openPyTorch(new Uint8Array(9))).rejects.toThrow('was not written by torch.save')
  })

  it.each(['zip', 'legacy', 'checkpoint'])('that are damaged are refused: 1,000 of them (%s)', async (name) => {
    for (let seed = 0; seed < 1000; seed++) {
      const error = await openPyTorch(mutated(fileOf(name), seed))
        .then((file) => Promise.all(file.names.map((each) => file.raw(each))))
        .catch((caught: unknown) => caught)
      if (error instanceof Error) expect(error, `seed ${seed}: ${error.stack}`).toBeInstanceOf(ShapewiseError)
    }
  })
})

describe('pickles', () => {
  const read = (bytes: Uint8Array | string) => {
    const given = typeof bytes === 'string' ? Uint8Array.from(bytes, (letter) => letter.charCodeAt(0)) : bytes
    const rules = { allows: isKnown, call: (f: never, a: never) => callKnown(f, a, 'x'), persistent: () => null }
    return readPickle(new ByteReader(given, 'x.pkl'), 0, 'x.pkl', rules).value
  }

  it.each([0, 1, 2, 3, 4, 5])('of protocol %i', (protocol) => {
    expect(read(bytesOf(fixture.pickles[protocol]))).toEqual([
      [0, 1, -1, 255, 256, 65536, -(2 ** 31), 2 ** 40, 2n ** 70n, -(2n ** 70n)],
      [1.5, Infinity],
      'aü\n\'"',
      new Uint8Array([0, 255]),
      true,
      null,
      new Map([['a', [1, [2], [3, 4, 5], [6, 7, 8, 9]]]]),
      new Set([1]),
      new Set([2]),
      [],
    ])
  })

  it.each([
    ['ends too early', 'I1\n', /lies at 3 … 4/],
    ['takes from an empty stack', '0.', /goes back to a mark/],
    ['returns nothing', '.', /takes more from its stack/],
    ['recalls what is not there', 'h\x05.', /recalls value 5/],
    ['appends to a number', 'I1\nI2\na.', /appends to something that is no list/],
    ['sets items of a list', ']I1\nI2\ns.', /sets an item of something that is no dictionary/],
    ['has no mark', 't.', /goes back to a mark/],
    ['calls a number', 'I1\n)R.', /calls something that is no function/],
    ['is of a later protocol', '\x80\x09N.', /version 9/],
    ['has an unknown operation', '\xff', /unknown operation 0xff/],
    ['has a text longer than the file', 'X\xff\xff\xff\x7fab.', /lies at 5 …/],
    ['has an integer of many bytes', `\x8b\x20\0\0\0${'1'.repeat(32)}.`, /an integer of 32 bytes/],
    ['names a function', 'cbuiltins\neval\n.', /needs 'builtins\.eval'/],
    ['names it on the stack', '\x8c\x02os\x8c\x06system\x93.', /needs 'os\.system'/],
    ['makes an object of a class', '(ios\nsystem\n.', /needs 'os\.system'/],
    ['names a part of an object of JavaScript', 'cconstructor\nconstructor\n.', /needs 'constructor\.constructor'/],
    ['calls an element type', 'ctorch\nfloat32\n)R.', /calls 'torch\.float32'/],
    ['changes an object', 'ccollections\nOrderedDict\nNb.', /attributes of something/],
    ['is a bomb of dictionaries', `${'}'.repeat(1e6)}.`, /too many objects/],
    ['is a bomb of marks', `${'('.repeat(1e6)}.`, /too many objects/],
  ])('that %s are refused', (_, text, message) => {
    expect(() => read(text)).toThrow(message)
  })

  it('that share lists without end are refused', async () => {
    // A list of two equal lists, of two equal lists …
    const text = `]q\0${Array.from({ length: 60 }, (_, i) => `]q${String.fromCharCode(i + 1)}(h${String.fromCharCode(i)}h${String.fromCharCode(i)}e`).join('')}.`
    const pickle = Uint8Array.from(text, (letter) => letter.charCodeAt(0))
    await expect(openPyTorch(writeZip([['a/data.pkl', pickle]]))).rejects.toThrow('shared too often')
    const deep = Uint8Array.from(`N${'\x85'.repeat(100)}.`, (letter) => letter.charCodeAt(0))
    await expect(openPyTorch(writeZip([['a/data.pkl', deep]]))).rejects.toThrow('nested more than 64 deep')
  })
})
