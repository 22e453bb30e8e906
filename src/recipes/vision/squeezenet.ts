import { compile, type Tensor } from 'shapewise'
import { fromOnnx } from 'shapewise/formats'
import { squeezenet } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { loadPublished } from '../../data/files/published.js'
import { permuted } from '../../formats/weights/layout.js'
import type { Tile } from './contact-sheet.js'

/** Where the layers of SqueezeNet 1.1 lie in our definition; all end in a ReLU but the last, which gives a map of scores for each class. */
const places = {
  conv1: 'stages.conv1.layers.1',
  fire2: 'stages.fire2',
  fire3: 'stages.fire3.layers.0',
  fire4: 'stages.fire4',
  fire5: 'stages.fire5.layers.0',
  fire6: 'stages.fire6',
  fire7: 'stages.fire7',
  fire8: 'stages.fire8',
  fire9: 'stages.fire9',
  conv10: 'stages.conv10.layers.1',
} as const

export type SqueezenetLayer = keyof typeof places

/** Blue, green and red of the mean of ImageNet, which the network was trained without. */
const MEAN = [104, 117, 123]

/** SqueezeNet with weights learned on ImageNet, and the names of its classes. */
export class PretrainedSqueezenet {
  constructor(
    readonly model: ReturnType<typeof squeezenet<3, 1000>>,
    readonly classes: readonly string[],
  ) {}

  /** What layers give for pictures [batch, height, width, 3] from 0 to 1, of any size: [batch, places, places, channels] each, in order. */
  readonly layers = (pictures: Tensor, names: readonly SqueezenetLayer[]): Tensor[] => {
    const paths = names.map((name) => places[name])
    const { outputs } = nn.outputsOf(this.model, paths as readonly string[], () =>
      this.model.forward(pictures as never),
    )
    return paths.map((path) => outputs[path]![0]!)
  }

  /** A network of its own with the same weights, which can be trained. */
  async copy(): Promise<PretrainedSqueezenet> {
    const model = squeezenet('1.1')
    model.loadState(await this.model.state())
    return new PretrainedSqueezenet(model, this.classes)
  }

  /** The filters of the first layer, as triples of red, green and blue. */
  async firstFilters(): Promise<Tile[]> {
    const [weights] = Object.values(await this.model.state())
    const [side, , , count] = weights!.shape as [number, number, 3, number]
    const valuesOf = (filter: number) => weights!.data.filter((_, i) => i % count === filter) as Float32Array
    return Array.from({ length: count }, (_, filter) => ({ side, channels: 3, values: valuesOf(filter) }))
  }

  /** The probabilities of the classes for pictures [batch, height, width, 3]. */
  readonly probabilities = compile(
    (pictures: Tensor): Tensor => this.model.forward(pictures as never).softmax(-1) as Tensor,
  )
}

/**
 * SqueezeNet 1.1 with its published weights, for pictures from 0 to 1 in red, green and blue: the bytes, their order and the mean that it was trained with are
 * folded into its first layer, which has no margins.
 *
 * @throws if the files are not to be had; the message says where they were sought
 */
export async function pretrainedSqueezenet(): Promise<PretrainedSqueezenet> {
  const set = {
    ...{
      name: 'SqueezeNet 1.1',
      folder: 'pretrained',
      licence: 'BSD (forresti/SqueezeNet), MIT (microsoft/Windows-Machine-Learning)',
    },
    paper: 'Iandola et al., SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size, 2016',
    origin: 'Both are in microsoft/Windows-Machine-Learning on GitHub, as SqueezeNet_fp16.onnx and Labels.json.',
  }
  const { files } = await loadPublished(set, {
    network: {
      name: 'squeezenet1.1_fp16.onnx',
      sha256: ['21f25e3d9254af93e6218a359469fac714a017b3f9035c0f5c4acbf9a3ff7233'],
    },
    classes: {
      name: 'imagenet_classes.json',
      sha256: ['bba02308898c30b403f8bddd841f84549ba5467b9eb15a4cea2b9f6a92542d16'],
    },
  })
  const weights = await (await fromOnnx(files.network.bytes, { dtype: 'float32' })).state()
  const model = squeezenet('1.1').eval()
  const fires = [2, 3, 4, 5, 6, 7, 8, 9].flatMap((n) =>
    ['squeeze1x1', 'expand1x1', 'expand3x3'].map((part) => `fire${n}/${part}`),
  )
  const names = ['conv1', ...fires, 'conv10'].flatMap((layer) => [`${layer}_w_0`, `${layer}_b_0`])
  const paths = Object.keys(await model.state())
  const state = Object.fromEntries(paths.map((path, i) => [path, kernelLast(weights[names[i]!]!)]))
  model.loadState(foldedInput(state, paths[0]!, paths[1]!))
  model.freeze()
  return new PretrainedSqueezenet(model, JSON.parse(new TextDecoder().decode(files.classes.bytes)) as string[])
}

/** [outputs, inputs, rows, columns] → [rows, columns, inputs, outputs]; biases stay. */
function kernelLast(stored: nn.StoredValue): nn.StoredValue {
  const { dtype, shape, data } = stored
  if (shape.length !== 4) return stored
  const axes = [2, 3, 1, 0]
  return { dtype, shape: axes.map((axis) => shape[axis]!), data: permuted(data, shape, axes) }
}

/** The state with a first layer that takes red, green and blue from 0 to 1 where it took blue, green and red, 0 … 255, without their mean. */
function foldedInput(state: nn.State, weight: string, bias: string): nn.State {
  const { shape, data } = state[weight]!
  const [, , channels, outputs] = shape as [number, number, number, number]
  const shifted = Float32Array.from(state[bias]!.data)
  const turned = Float32Array.from(data, (value, i) => {
    const [output, channel, place] = [
      i % outputs,
      Math.floor(i / outputs) % channels,
      Math.floor(i / (outputs * channels)),
    ]
    shifted[output]! -= value * MEAN[channel]!
    return 255 * data[(place * channels + channels - 1 - channel) * outputs + output]!
  })
  return { ...state, [weight]: { dtype: 'float32', shape, data: turned }, [bias]: { ...state[bias]!, data: shifted } }
}
