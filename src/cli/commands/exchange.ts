import { writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { fail } from '../../core/errors.js'
import { type NpyArray, type NpyData, readNpzFile, writeNpz } from '../../data/index.js'
import {
  type BundledWeights,
  bundle,
  encodeSafetensors,
  fromKeras,
  fromOnnx,
  fromTensorFlowJs,
  openGguf,
  openKeras,
  openPyTorch,
  openSafetensors,
  type TensorFile,
  toOnnx,
} from '../../formats/index.js'
import type { Module, State, StoredValue } from '../../nn/index.js'
import { zeros } from '../../tensor/fill.js'
import type { Tensor } from '../../tensor/tensor.js'
import { formatBytes } from '../bytes.js'
import { UsageError } from '../failure.js'
import { openTrained } from '../trained.js'
import { type AddCommand, withJson } from './command.js'

type Network = Module & { forward(...inputs: Tensor[]): unknown }

/** `shapewise export`: a trained model for other programs. */
export const addExport: AddCommand = (program, { stdout }) => {
  withJson(
    program
      .command('export')
      .summary('write a trained model for other programs')
      .description(
        'Writes a model of shapewise train as ONNX (.onnx), as an ES module that needs nothing else (.mjs), or its weights (.safetensors, .npz).',
      ),
  )
    .argument('<run>', 'folder of a run')
    .argument('<file>', 'what to write; its ending says how')
    .option('--weights <kind>', 'how a module keeps its weights: float32, float16, int8, int7 or int6')
    .addHelpText(
      'after',
      '\nExamples:\n  shapewise export runs/photos photos.onnx\n  shapewise export runs/photos photos.mjs --weights int8\n  shapewise export runs/photos weights.safetensors',
    )
    .action(async (path: string, file: string, { json, weights }: ExportFlags) => {
      expectEnding(file, ['.onnx', '.mjs', '.safetensors', '.npz'])
      if (weights !== undefined && extname(file) !== '.mjs') {
        throw new UsageError(`--weights is for modules: let '${file}' end in .mjs.`)
      }
      const { model, network, input } = await openTrained(path)
      const example = [zeros([1, ...input.shape], input.dtype ?? 'float32')]
      const bytes =
        extname(file) === '.onnx'
          ? await toOnnx(network as Network, example)
          : extname(file) === '.mjs'
            ? new TextEncoder().encode(await bundle(network as Network, example, { weights: weights ?? 'float32' }))
            : await encodeState(file, await model.state())
      await writeFile(file, bytes)
      stdout.write(written(file, bytes.length, json))
    })
}

interface ExportFlags {
  readonly json?: boolean
  readonly weights?: BundledWeights
}

/** `shapewise convert`: files of one kind to files of another. */
export const addConvert: AddCommand = (program, { stdout }) => {
  withJson(
    program
      .command('convert')
      .summary('turn a file of weights or a model into another kind')
      .description(
        'Weights of PyTorch (.pt, .pth, .bin), Keras (.keras, .h5), GGUF, ONNX, npz and safetensors become .safetensors or .npz.\n' +
          'Models of Keras and TensorFlow.js (model.json) become .onnx, where --input says the shape of an input.',
      ),
  )
    .argument('<from>', 'file to read')
    .argument('<to>', 'file to write; its ending says how')
    .option('--input <shape...>', 'shapes of the inputs of a model, such as 1,224,224,3')
    .addHelpText(
      'after',
      '\nExamples:\n  shapewise convert model.pth model.safetensors\n  shapewise convert classifier.keras classifier.onnx --input 1,28,28,1',
    )
    .action(
      async (from: string, to: string, given: { readonly json?: boolean; readonly input?: readonly string[] }) => {
        expectEnding(to, ['.onnx', '.safetensors', '.npz'])
        const bytes =
          extname(to) === '.onnx'
            ? await toOnnx(await readModel(from), inputsOf(given.input))
            : await encodeState(to, await readState(from))
        await writeFile(to, bytes)
        stdout.write(written(to, bytes.length, given.json))
      },
    )
}

const written = (file: string, bytes: number, json: boolean | undefined): string =>
  json === true ? `${JSON.stringify({ file, bytes })}\n` : `${file}: ${formatBytes(bytes)}\n`

function expectEnding(file: string, endings: readonly string[]): void {
  if (endings.includes(extname(file))) return
  throw new UsageError(`'${file}' does not say what to write. Let its name end in ${endings.join(', ')}.`)
}

const encodeState = async (file: string, state: State): Promise<Uint8Array> =>
  extname(file) === '.npz'
    ? writeNpz(
        Object.fromEntries(
          Object.entries(state).map(([name, { shape, data }]) => [name, { shape, data: data as NpyData }]),
        ),
      )
    : encodeSafetensors(state)

/** Arrays of NumPy as values; integers that there are no tensors of become int32 where they fit. */
function storedOf(name: string, { shape, data }: NpyArray): StoredValue {
  if (data instanceof Float32Array) return { dtype: 'float32', shape, data }
  if (data instanceof Uint8Array) return { dtype: 'uint8', shape, data }
  if (data instanceof Int32Array) return { dtype: 'int32', shape, data }
  if (data instanceof Uint32Array) return { dtype: 'uint32', shape, data }
  if (data instanceof Float64Array) return { dtype: 'float64', shape, data }
  if (data instanceof Int8Array || data instanceof Int16Array || data instanceof Uint16Array) {
    return { dtype: 'int32', shape, data: Int32Array.from(data) }
  }
  return fail(`convert: the array '${name}' is of no kind that is known`)
}

/** How files of weights are opened, by what their names end in. */
const openers: readonly (readonly [RegExp, (path: string) => Promise<TensorFile>])[] = [
  [/\.safetensors(\.index\.json)?$/, openSafetensors],
  [/\.(pt|pth|bin|ckpt)$/, openPyTorch],
  [/\.gguf$/, openGguf],
  [/\.(keras|h5|hdf5)$/, openKeras],
]

async function readState(path: string): Promise<State> {
  if (path.endsWith('.onnx')) return (await fromOnnx(path)).state()
  if (path.endsWith('.npz')) {
    return Object.fromEntries([...(await readNpzFile(path))].map(([name, array]) => [name, storedOf(name, array)]))
  }
  const opener = openers.find(([ending]) => ending.test(path))
  if (opener === undefined) fail(`convert: ${path} is of no kind that is read`, 'See shapewise convert --help.')
  const file = await opener[1](path)
  try {
    return await file.state()
  } finally {
    await file.close()
  }
}

async function readModel(path: string): Promise<Network> {
  if (/\.(keras|h5|hdf5)$/.test(path)) return (await fromKeras(path)) as Network
  if (path.endsWith('.json')) return (await fromTensorFlowJs(path)) as Network
  if (path.endsWith('.onnx')) return (await fromOnnx(path)) as Network
  return fail(
    `convert: ${path} holds weights and no model`,
    'Load them into a model in code, and export that: toOnnx(model, …).',
  )
}

function inputsOf(shapes: readonly string[] | undefined): Tensor[] {
  if (shapes === undefined) throw new UsageError('convert: the shapes of the inputs are missing: --input 1,224,224,3.')
  return shapes.map((text) => {
    const shape = text.split(',').map(Number)
    if (!shape.every((size) => Number.isSafeInteger(size) && size > 0)) {
      throw new UsageError(`convert: '${text}' is no shape. Give whole numbers between commas: 1,224,224,3.`)
    }
    return zeros(shape) as Tensor
  })
}
