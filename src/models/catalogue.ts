import type * as nn from '../nn/index.js'
import type { Tensor } from '../tensor/tensor.js'
import { espcn } from './enlarging/espcn.js'
import { srcnn } from './enlarging/srcnn.js'
import { srresnet } from './enlarging/srresnet.js'
import { googlenet } from './inception/googlenet.js'
import { inceptionBn } from './inception/inception-bn.js'
import { inceptionResnet } from './inception/inception-resnet.js'
import { inceptionV3 } from './inception/inception-v3.js'
import { lenet } from './lenet.js'
import { lenet1998 } from './lenet-1998.js'
import { mlp } from './mlp.js'
import { efficientnet } from './mobile/efficientnet.js'
import { mobilenetV1 } from './mobile/mobilenet-v1.js'
import { mobilenetV2 } from './mobile/mobilenet-v2.js'
import { mobilenetV3 } from './mobile/mobilenet-v3.js'
import { squeezenet } from './mobile/squeezenet.js'
import type { Paper } from './papers.js'
import * as papers from './papers.js'
import { fcn } from './pixels/fcn.js'
import { featurePyramid } from './pixels/feature-pyramid.js'
import { segnet } from './pixels/segnet.js'
import { unet } from './pixels/unet.js'
import { alexnet, alexnetOneTower } from './plain/alexnet.js'
import { highwayNetwork } from './plain/highway.js'
import { networkInNetwork } from './plain/network-in-network.js'
import { vgg } from './plain/vgg.js'
import { cifarResnet } from './residual/cifar-resnet.js'
import { convnext } from './residual/convnext.js'
import { densenet } from './residual/densenet.js'
import { preactivationResnet } from './residual/preactivation-resnet.js'
import { resnet } from './residual/resnet.js'
import { TabularNetwork } from './tabular.js'
import { vit } from './transformer/vit.js'

/** The families of the catalogue, with what they have in common. */
export const families = {
  first: 'First networks',
  plain: 'One layer after the other',
  inception: 'Windows side by side',
  residual: 'Shortcuts',
  mobile: 'Small and fast',
  transformer: 'Attention',
  pixels: 'A label for each pixel',
  enlarging: 'Larger pictures',
} as const

/** A model of the {@link catalogue}. */
export interface CatalogueEntry {
  /** Short, as in addresses: 'resnet50'. */
  readonly name: string
  /** 'ResNet-50' */
  readonly title: string
  readonly family: keyof typeof families
  /** The call that makes it, as one writes it. */
  readonly call: string
  /** Makes it. First weights are computed when they are read. */
  readonly make: () => nn.Module & { forward(x: never): Tensor | Readonly<Record<string, Tensor>> }
  /** The shape of an input, without the batch. */
  readonly input: readonly number[]
  /** How many numbers its parameters hold. */
  readonly parameters: number
  /** Who has counted the same. */
  readonly counted: 'paper' | 'torchvision' | 'timm' | 'Caffe' | 'Keras' | 'facenet' | 'arithmetic'
  readonly paper: Paper
  /** The recipe that trains it, where there is one. */
  readonly recipe?: string
}

type Row = readonly [
  call: string,
  make: CatalogueEntry['make'],
  name: string,
  title: string,
  input: readonly number[],
  parameters: number,
  counted: CatalogueEntry['counted'],
  paper: Paper,
  recipe?: string,
]

const of = (family: CatalogueEntry['family'], rows: readonly Row[]): readonly CatalogueEntry[] =>
  rows.map(([call, make, name, title, input, parameters, counted, paper, recipe]) => {
    return {
      family,
      call,
      make,
      name,
      title,
      input,
      parameters,
      counted,
      paper,
      ...(recipe !== undefined && { recipe }),
    }
  })

const imageNet = [224, 224, 3]
const cifar = [32, 32, 3]

/** All models, family by family, in the order of their years. */
export const catalogue: readonly CatalogueEntry[] = [
  ...of('first', [
    [
      'mlp([784, 512, 10])',
      () => mlp([784, 512, 10]),
      'mlp',
      'Multilayer perceptron',
      [784],
      407_050,
      'arithmetic',
      papers.backPropagation,
      'mlp-mnist',
    ],
    [
      'new TabularNetwork({ numbers: 8, categories: [5, 7, 3] }, 2)',
      () => new TabularNetwork({ numbers: 8, categories: [5, 7, 3] }, 2),
      'tabular',
      'Network for tables',
      [11],
      112_186,
      'arithmetic',
      papers.tabularNetworks,
    ],
    [
      'lenet1998()',
      () => lenet1998(),
      'lenet1998',
      'LeNet-5, 1998',
      [32, 32, 1],
      60_000,
      'paper',
      papers.documentRecognition,
    ],
    [
      'lenet()',
      () => lenet(),
      'lenet',
      'LeNet-5, as drawn today',
      [28, 28, 1],
      61_706,
      'arithmetic',
      papers.documentRecognition,
      'lenet-mnist',
    ],
    [
      'highwayNetwork(10)',
      () => highwayNetwork(10),
      'highway10',
      'Highway network, 10 layers',
      [28, 28, 1],
      85_660,
      'arithmetic',
      papers.highways,
    ],
  ]),
  ...of('plain', [
    ['alexnet()', () => alexnet(), 'alexnet', 'AlexNet', [227, 227, 3], 60_965_224, 'Caffe', papers.alexnetPaper],
    [
      'alexnetOneTower()',
      () => alexnetOneTower(),
      'alexnetOneTower',
      'AlexNet, one tower',
      imageNet,
      61_100_840,
      'torchvision',
      papers.oneWeirdTrick,
    ],
    [
      'networkInNetwork()',
      () => networkInNetwork(),
      'nin',
      'Network in network',
      cifar,
      966_986,
      'Caffe',
      papers.networkInNetworkPaper,
    ],
    ['vgg(11)', () => vgg(11), 'vgg11', 'VGG-11', imageNet, 132_863_336, 'torchvision', papers.smallWindows],
    ['vgg(13)', () => vgg(13), 'vgg13', 'VGG-13', imageNet, 133_047_848, 'torchvision', papers.smallWindows],
    ['vgg(16)', () => vgg(16), 'vgg16', 'VGG-16', imageNet, 138_357_544, 'torchvision', papers.smallWindows],
    ['vgg(19)', () => vgg(19), 'vgg19', 'VGG-19', imageNet, 143_667_240, 'torchvision', papers.smallWindows],
    [
      'vgg(11, { batchNorm: true })',
      () => vgg(11, { batchNorm: true }),
      'vgg11bn',
      'VGG-11, normalised',
      imageNet,
      132_868_840,
      'torchvision',
      papers.smallWindows,
    ],
    [
      'vgg(13, { batchNorm: true })',
      () => vgg(13, { batchNorm: true }),
      'vgg13bn',
      'VGG-13, normalised',
      imageNet,
      133_053_736,
      'torchvision',
      papers.smallWindows,
    ],
    [
      'vgg(16, { batchNorm: true })',
      () => vgg(16, { batchNorm: true }),
      'vgg16bn',
      'VGG-16, normalised',
      imageNet,
      138_365_992,
      'torchvision',
      papers.smallWindows,
    ],
    [
      'vgg(19, { batchNorm: true })',
      () => vgg(19, { batchNorm: true }),
      'vgg19bn',
      'VGG-19, normalised',
      imageNet,
      143_678_248,
      'torchvision',
      papers.smallWindows,
    ],
  ]),
  ...of('inception', [
    ['googlenet()', () => googlenet(), 'googlenet', 'GoogLeNet', imageNet, 13_378_280, 'Caffe', papers.goingDeeper],
    [
      'inceptionBn()',
      () => inceptionBn(),
      'inceptionBn',
      'Inception-BN',
      imageNet,
      11_295_240,
      'Caffe',
      papers.batchNormalization,
    ],
    [
      'inceptionV3()',
      () => inceptionV3(),
      'inceptionV3',
      'Inception-v3',
      [299, 299, 3],
      27_161_264,
      'torchvision',
      papers.rethinking,
    ],
    [
      'inceptionResnet(1)',
      () => inceptionResnet(1),
      'inceptionResnetV1',
      'Inception-ResNet-v1',
      [299, 299, 3],
      22_756_328,
      'facenet',
      papers.inceptionResnets,
    ],
    [
      'inceptionResnet(2)',
      () => inceptionResnet(2),
      'inceptionResnetV2',
      'Inception-ResNet-v2',
      [299, 299, 3],
      55_843_464,
      'timm',
      papers.inceptionResnets,
    ],
  ]),
  ...of('residual', [
    ['resnet(18)', () => resnet(18), 'resnet18', 'ResNet-18', imageNet, 11_689_512, 'torchvision', papers.residual],
    ['resnet(34)', () => resnet(34), 'resnet34', 'ResNet-34', imageNet, 21_797_672, 'torchvision', papers.residual],
    ['resnet(50)', () => resnet(50), 'resnet50', 'ResNet-50', imageNet, 25_557_032, 'torchvision', papers.residual],
    ['resnet(101)', () => resnet(101), 'resnet101', 'ResNet-101', imageNet, 44_549_160, 'torchvision', papers.residual],
    ['resnet(152)', () => resnet(152), 'resnet152', 'ResNet-152', imageNet, 60_192_808, 'torchvision', papers.residual],
    [
      'cifarResnet(20)',
      () => cifarResnet(20),
      'cifarResnet20',
      'ResNet-20 for CIFAR',
      cifar,
      269_722,
      'paper',
      papers.residual,
    ],
    [
      'cifarResnet(32)',
      () => cifarResnet(32),
      'cifarResnet32',
      'ResNet-32 for CIFAR',
      cifar,
      464_154,
      'paper',
      papers.residual,
    ],
    [
      'cifarResnet(44)',
      () => cifarResnet(44),
      'cifarResnet44',
      'ResNet-44 for CIFAR',
      cifar,
      658_586,
      'paper',
      papers.residual,
    ],
    [
      'cifarResnet(56)',
      () => cifarResnet(56),
      'cifarResnet56',
      'ResNet-56 for CIFAR',
      cifar,
      853_018,
      'paper',
      papers.residual,
    ],
    [
      'cifarResnet(110)',
      () => cifarResnet(110),
      'cifarResnet110',
      'ResNet-110 for CIFAR',
      cifar,
      1_727_962,
      'paper',
      papers.residual,
    ],
    [
      'preactivationResnet(164)',
      () => preactivationResnet(164),
      'preactivationResnet164',
      'Pre-activation ResNet-164',
      cifar,
      1_703_258,
      'paper',
      papers.identityMappings,
    ],
    [
      'densenet(121)',
      () => densenet(121),
      'densenet121',
      'DenseNet-121',
      imageNet,
      7_978_856,
      'torchvision',
      papers.denseConnections,
    ],
    [
      "convnext('tiny')",
      () => convnext('tiny'),
      'convnextTiny',
      'ConvNeXt-T',
      imageNet,
      28_589_128,
      'torchvision',
      papers.convNets2020s,
    ],
  ]),
  ...of('mobile', [
    [
      "squeezenet('1.0')",
      () => squeezenet('1.0'),
      'squeezenet10',
      'SqueezeNet 1.0',
      imageNet,
      1_248_424,
      'torchvision',
      papers.fire,
    ],
    [
      "squeezenet('1.1')",
      () => squeezenet('1.1'),
      'squeezenet11',
      'SqueezeNet 1.1',
      imageNet,
      1_235_496,
      'torchvision',
      papers.fire,
    ],
    ['mobilenetV1()', () => mobilenetV1(), 'mobilenetV1', 'MobileNet', imageNet, 4_231_976, 'Keras', papers.mobileNets],
    [
      'mobilenetV2()',
      () => mobilenetV2(),
      'mobilenetV2',
      'MobileNet, version 2',
      imageNet,
      3_504_872,
      'torchvision',
      papers.bottlenecks,
    ],
    [
      "mobilenetV3('large')",
      () => mobilenetV3('large'),
      'mobilenetV3Large',
      'MobileNet, version 3, large',
      imageNet,
      5_483_032,
      'torchvision',
      papers.search,
    ],
    [
      "mobilenetV3('small')",
      () => mobilenetV3('small'),
      'mobilenetV3Small',
      'MobileNet, version 3, small',
      imageNet,
      2_542_856,
      'torchvision',
      papers.search,
    ],
    [
      'efficientnet()',
      () => efficientnet(),
      'efficientnetB0',
      'EfficientNet-B0',
      imageNet,
      5_288_548,
      'torchvision',
      papers.scaling,
    ],
  ]),
  ...of('transformer', [
    ["vit('small')", () => vit('small'), 'vitSmall', 'ViT-S/16', imageNet, 22_050_664, 'timm', papers.distillation],
    ["vit('base')", () => vit('base'), 'vitBase', 'ViT-B/16', imageNet, 86_567_656, 'torchvision', papers.words16],
  ]),
  ...of('pixels', [
    ['unet()', () => unet(), 'unet', 'U-Net', [572, 572, 1], 31_030_658, 'arithmetic', papers.biomedical],
    ['fcn(32)', () => fcn(32), 'fcn32', 'FCN-32s', imageNet, 134_432_597, 'arithmetic', papers.convolutional],
    ['fcn(8)', () => fcn(8), 'fcn8', 'FCN-8s', imageNet, 134_368_799, 'arithmetic', papers.convolutional],
    ['segnet()', () => segnet(), 'segnet', 'SegNet', [360, 480, 3], 29_449_932, 'arithmetic', papers.encoderDecoder],
    [
      'featurePyramid(50)',
      () => featurePyramid(50),
      'featurePyramid50',
      'Feature pyramid on ResNet-50',
      [256, 256, 3],
      26_852_416,
      'torchvision',
      papers.pyramids,
    ],
  ]),
  ...of('enlarging', [
    [
      'srcnn()',
      () => srcnn(),
      'srcnn',
      'SRCNN',
      [128, 128, 1],
      8_129,
      'arithmetic',
      papers.superResolution,
      'super-resolution',
    ],
    [
      'espcn()',
      () => espcn(),
      'espcn',
      'ESPCN',
      [64, 64, 1],
      22_729,
      'arithmetic',
      papers.subPixels,
      'super-resolution',
    ],
    [
      'srresnet()',
      () => srresnet(),
      'srresnet',
      'SRResNet',
      [64, 64, 3],
      1_547_350,
      'arithmetic',
      papers.photoRealistic,
      'super-resolution',
    ],
  ]),
]
