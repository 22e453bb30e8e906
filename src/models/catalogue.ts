import type * as nn from '../nn/index.js'
import type { Tensor } from '../tensor/tensor.js'
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
} as const

export interface Paper {
  /** 'He et al., 2015' */
  readonly authors: string
  readonly title: string
  readonly url: string
}

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

const verySmallWindows: Paper = {
  authors: 'Simonyan and Zisserman, 2014',
  title: 'Very deep convolutional networks for large-scale image recognition',
  url: 'https://arxiv.org/abs/1409.1556',
}

const inceptionResnets: Paper = {
  authors: 'Szegedy et al., 2016',
  title: 'Inception-v4, Inception-ResNet and the impact of residual connections on learning',
  url: 'https://arxiv.org/abs/1602.07261',
}

const residualLearning: Paper = {
  authors: 'He et al., 2015',
  title: 'Deep residual learning for image recognition',
  url: 'https://arxiv.org/abs/1512.03385',
}

const fireModules: Paper = {
  authors: 'Iandola et al., 2016',
  title: 'SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size',
  url: 'https://arxiv.org/abs/1602.07360',
}

const searchedMobile: Paper = {
  authors: 'Howard et al., 2019',
  title: 'Searching for MobileNetV3',
  url: 'https://arxiv.org/abs/1905.02244',
}

const fullyConvolutional: Paper = {
  authors: 'Long et al., 2015',
  title: 'Fully convolutional networks for semantic segmentation',
  url: 'https://arxiv.org/abs/1411.4038',
}

/** All models, family by family, in the order of their years. */
export const catalogue: readonly CatalogueEntry[] = [
  {
    name: 'mlp',
    title: 'Multilayer perceptron',
    family: 'first',
    call: 'mlp([784, 512, 10])',
    make: () => mlp([784, 512, 10]),
    input: [784],
    parameters: 407_050,
    counted: 'arithmetic',
    recipe: 'mlp-mnist',
    paper: {
      authors: 'Rumelhart et al., 1986',
      title: 'Learning representations by back-propagating errors',
      url: 'https://doi.org/10.1038/323533a0',
    },
  },
  {
    name: 'tabular',
    title: 'Network for tables',
    family: 'first',
    call: 'new TabularNetwork({ numbers: 8, categories: [5, 7, 3] }, 2)',
    make: () => new TabularNetwork({ numbers: 8, categories: [5, 7, 3] }, 2),
    input: [11],
    parameters: 112_186,
    counted: 'arithmetic',
    paper: {
      authors: 'Gorishniy et al., 2021',
      title: 'Revisiting deep learning models for tabular data',
      url: 'https://arxiv.org/abs/2106.11959',
    },
  },
  {
    name: 'lenet1998',
    title: 'LeNet-5, 1998',
    family: 'first',
    call: 'lenet1998()',
    make: () => lenet1998(),
    input: [32, 32, 1],
    parameters: 60_000,
    counted: 'paper',
    paper: {
      authors: 'LeCun et al., 1998',
      title: 'Gradient-based learning applied to document recognition',
      url: 'https://doi.org/10.1109/5.726791',
    },
  },
  {
    name: 'lenet',
    title: 'LeNet-5, as drawn today',
    family: 'first',
    call: 'lenet()',
    make: () => lenet(),
    input: [28, 28, 1],
    parameters: 61_706,
    counted: 'arithmetic',
    recipe: 'lenet-mnist',
    paper: {
      authors: 'LeCun et al., 1998',
      title: 'Gradient-based learning applied to document recognition',
      url: 'https://doi.org/10.1109/5.726791',
    },
  },
  {
    name: 'highway10',
    title: 'Highway network, 10 layers',
    family: 'first',
    call: 'highwayNetwork(10)',
    make: () => highwayNetwork(10),
    input: [28, 28, 1],
    parameters: 85_660,
    counted: 'arithmetic',
    paper: {
      authors: 'Srivastava et al., 2015',
      title: 'Training very deep networks',
      url: 'https://arxiv.org/abs/1507.06228',
    },
  },
  {
    name: 'alexnet',
    title: 'AlexNet',
    family: 'plain',
    call: 'alexnet()',
    make: () => alexnet(),
    input: [227, 227, 3],
    parameters: 60_965_224,
    counted: 'Caffe',
    paper: {
      authors: 'Krizhevsky et al., 2012',
      title: 'ImageNet classification with deep convolutional neural networks',
      url: 'https://papers.nips.cc/paper/4824',
    },
  },
  {
    name: 'alexnetOneTower',
    title: 'AlexNet, one tower',
    family: 'plain',
    call: 'alexnetOneTower()',
    make: () => alexnetOneTower(),
    input: [224, 224, 3],
    parameters: 61_100_840,
    counted: 'torchvision',
    paper: {
      authors: 'Krizhevsky, 2014',
      title: 'One weird trick for parallelizing convolutional neural networks',
      url: 'https://arxiv.org/abs/1404.5997',
    },
  },
  {
    name: 'nin',
    title: 'Network in network',
    family: 'plain',
    call: 'networkInNetwork()',
    make: () => networkInNetwork(),
    input: [32, 32, 3],
    parameters: 966_986,
    counted: 'Caffe',
    paper: {
      authors: 'Lin et al., 2014',
      title: 'Network in network',
      url: 'https://arxiv.org/abs/1312.4400',
    },
  },
  {
    name: 'vgg11',
    title: 'VGG-11',
    family: 'plain',
    call: 'vgg(11)',
    make: () => vgg(11),
    input: [224, 224, 3],
    parameters: 132_863_336,
    counted: 'torchvision',
    paper: verySmallWindows,
  },
  {
    name: 'vgg13',
    title: 'VGG-13',
    family: 'plain',
    call: 'vgg(13)',
    make: () => vgg(13),
    input: [224, 224, 3],
    parameters: 133_047_848,
    counted: 'torchvision',
    paper: verySmallWindows,
  },
  {
    name: 'vgg16',
    title: 'VGG-16',
    family: 'plain',
    call: 'vgg(16)',
    make: () => vgg(16),
    input: [224, 224, 3],
    parameters: 138_357_544,
    counted: 'torchvision',
    paper: verySmallWindows,
  },
  {
    name: 'vgg19',
    title: 'VGG-19',
    family: 'plain',
    call: 'vgg(19)',
    make: () => vgg(19),
    input: [224, 224, 3],
    parameters: 143_667_240,
    counted: 'torchvision',
    paper: verySmallWindows,
  },
  {
    name: 'vgg11bn',
    title: 'VGG-11, normalised',
    family: 'plain',
    call: 'vgg(11, { batchNorm: true })',
    make: () => vgg(11, { batchNorm: true }),
    input: [224, 224, 3],
    parameters: 132_868_840,
    counted: 'torchvision',
    paper: verySmallWindows,
  },
  {
    name: 'vgg13bn',
    title: 'VGG-13, normalised',
    family: 'plain',
    call: 'vgg(13, { batchNorm: true })',
    make: () => vgg(13, { batchNorm: true }),
    input: [224, 224, 3],
    parameters: 133_053_736,
    counted: 'torchvision',
    paper: verySmallWindows,
  },
  {
    name: 'vgg16bn',
    title: 'VGG-16, normalised',
    family: 'plain',
    call: 'vgg(16, { batchNorm: true })',
    make: () => vgg(16, { batchNorm: true }),
    input: [224, 224, 3],
    parameters: 138_365_992,
    counted: 'torchvision',
    paper: verySmallWindows,
  },
  {
    name: 'vgg19bn',
    title: 'VGG-19, normalised',
    family: 'plain',
    call: 'vgg(19, { batchNorm: true })',
    make: () => vgg(19, { batchNorm: true }),
    input: [224, 224, 3],
    parameters: 143_678_248,
    counted: 'torchvision',
    paper: verySmallWindows,
  },
  {
    name: 'googlenet',
    title: 'GoogLeNet',
    family: 'inception',
    call: 'googlenet()',
    make: () => googlenet(),
    input: [224, 224, 3],
    parameters: 13_378_280,
    counted: 'Caffe',
    paper: {
      authors: 'Szegedy et al., 2014',
      title: 'Going deeper with convolutions',
      url: 'https://arxiv.org/abs/1409.4842',
    },
  },
  {
    name: 'inceptionBn',
    title: 'Inception-BN',
    family: 'inception',
    call: 'inceptionBn()',
    make: () => inceptionBn(),
    input: [224, 224, 3],
    parameters: 11_295_240,
    counted: 'Caffe',
    paper: {
      authors: 'Ioffe and Szegedy, 2015',
      title: 'Batch normalization: accelerating deep network training by reducing internal covariate shift',
      url: 'https://arxiv.org/abs/1502.03167',
    },
  },
  {
    name: 'inceptionV3',
    title: 'Inception-v3',
    family: 'inception',
    call: 'inceptionV3()',
    make: () => inceptionV3(),
    input: [299, 299, 3],
    parameters: 27_161_264,
    counted: 'torchvision',
    paper: {
      authors: 'Szegedy et al., 2015',
      title: 'Rethinking the inception architecture for computer vision',
      url: 'https://arxiv.org/abs/1512.00567',
    },
  },
  {
    name: 'inceptionResnetV1',
    title: 'Inception-ResNet-v1',
    family: 'inception',
    call: 'inceptionResnet(1)',
    make: () => inceptionResnet(1),
    input: [299, 299, 3],
    parameters: 22_756_328,
    counted: 'facenet',
    paper: inceptionResnets,
  },
  {
    name: 'inceptionResnetV2',
    title: 'Inception-ResNet-v2',
    family: 'inception',
    call: 'inceptionResnet(2)',
    make: () => inceptionResnet(2),
    input: [299, 299, 3],
    parameters: 55_843_464,
    counted: 'timm',
    paper: inceptionResnets,
  },
  {
    name: 'resnet18',
    title: 'ResNet-18',
    family: 'residual',
    call: 'resnet(18)',
    make: () => resnet(18),
    input: [224, 224, 3],
    parameters: 11_689_512,
    counted: 'torchvision',
    paper: residualLearning,
  },
  {
    name: 'resnet34',
    title: 'ResNet-34',
    family: 'residual',
    call: 'resnet(34)',
    make: () => resnet(34),
    input: [224, 224, 3],
    parameters: 21_797_672,
    counted: 'torchvision',
    paper: residualLearning,
  },
  {
    name: 'resnet50',
    title: 'ResNet-50',
    family: 'residual',
    call: 'resnet(50)',
    make: () => resnet(50),
    input: [224, 224, 3],
    parameters: 25_557_032,
    counted: 'torchvision',
    paper: residualLearning,
  },
  {
    name: 'resnet101',
    title: 'ResNet-101',
    family: 'residual',
    call: 'resnet(101)',
    make: () => resnet(101),
    input: [224, 224, 3],
    parameters: 44_549_160,
    counted: 'torchvision',
    paper: residualLearning,
  },
  {
    name: 'resnet152',
    title: 'ResNet-152',
    family: 'residual',
    call: 'resnet(152)',
    make: () => resnet(152),
    input: [224, 224, 3],
    parameters: 60_192_808,
    counted: 'torchvision',
    paper: residualLearning,
  },
  {
    name: 'cifarResnet20',
    title: 'ResNet-20 for CIFAR',
    family: 'residual',
    call: 'cifarResnet(20)',
    make: () => cifarResnet(20),
    input: [32, 32, 3],
    parameters: 269_722,
    counted: 'paper',
    paper: residualLearning,
  },
  {
    name: 'cifarResnet32',
    title: 'ResNet-32 for CIFAR',
    family: 'residual',
    call: 'cifarResnet(32)',
    make: () => cifarResnet(32),
    input: [32, 32, 3],
    parameters: 464_154,
    counted: 'paper',
    paper: residualLearning,
  },
  {
    name: 'cifarResnet44',
    title: 'ResNet-44 for CIFAR',
    family: 'residual',
    call: 'cifarResnet(44)',
    make: () => cifarResnet(44),
    input: [32, 32, 3],
    parameters: 658_586,
    counted: 'paper',
    paper: residualLearning,
  },
  {
    name: 'cifarResnet56',
    title: 'ResNet-56 for CIFAR',
    family: 'residual',
    call: 'cifarResnet(56)',
    make: () => cifarResnet(56),
    input: [32, 32, 3],
    parameters: 853_018,
    counted: 'paper',
    paper: residualLearning,
  },
  {
    name: 'cifarResnet110',
    title: 'ResNet-110 for CIFAR',
    family: 'residual',
    call: 'cifarResnet(110)',
    make: () => cifarResnet(110),
    input: [32, 32, 3],
    parameters: 1_727_962,
    counted: 'paper',
    paper: residualLearning,
  },
  {
    name: 'preactivationResnet164',
    title: 'Pre-activation ResNet-164',
    family: 'residual',
    call: 'preactivationResnet(164)',
    make: () => preactivationResnet(164),
    input: [32, 32, 3],
    parameters: 1_703_258,
    counted: 'paper',
    paper: {
      authors: 'He et al., 2016',
      title: 'Identity mappings in deep residual networks',
      url: 'https://arxiv.org/abs/1603.05027',
    },
  },
  {
    name: 'densenet121',
    title: 'DenseNet-121',
    family: 'residual',
    call: 'densenet(121)',
    make: () => densenet(121),
    input: [224, 224, 3],
    parameters: 7_978_856,
    counted: 'torchvision',
    paper: {
      authors: 'Huang et al., 2016',
      title: 'Densely connected convolutional networks',
      url: 'https://arxiv.org/abs/1608.06993',
    },
  },
  {
    name: 'convnextTiny',
    title: 'ConvNeXt-T',
    family: 'residual',
    call: "convnext('tiny')",
    make: () => convnext('tiny'),
    input: [224, 224, 3],
    parameters: 28_589_128,
    counted: 'torchvision',
    paper: {
      authors: 'Liu et al., 2022',
      title: 'A ConvNet for the 2020s',
      url: 'https://arxiv.org/abs/2201.03545',
    },
  },
  {
    name: 'squeezenet10',
    title: 'SqueezeNet 1.0',
    family: 'mobile',
    call: "squeezenet('1.0')",
    make: () => squeezenet('1.0'),
    input: [224, 224, 3],
    parameters: 1_248_424,
    counted: 'torchvision',
    paper: fireModules,
  },
  {
    name: 'squeezenet11',
    title: 'SqueezeNet 1.1',
    family: 'mobile',
    call: "squeezenet('1.1')",
    make: () => squeezenet('1.1'),
    input: [224, 224, 3],
    parameters: 1_235_496,
    counted: 'torchvision',
    paper: fireModules,
  },
  {
    name: 'mobilenetV1',
    title: 'MobileNet',
    family: 'mobile',
    call: 'mobilenetV1()',
    make: () => mobilenetV1(),
    input: [224, 224, 3],
    parameters: 4_231_976,
    counted: 'Keras',
    paper: {
      authors: 'Howard et al., 2017',
      title: 'MobileNets: efficient convolutional neural networks for mobile vision applications',
      url: 'https://arxiv.org/abs/1704.04861',
    },
  },
  {
    name: 'mobilenetV2',
    title: 'MobileNet, version 2',
    family: 'mobile',
    call: 'mobilenetV2()',
    make: () => mobilenetV2(),
    input: [224, 224, 3],
    parameters: 3_504_872,
    counted: 'torchvision',
    paper: {
      authors: 'Sandler et al., 2018',
      title: 'MobileNetV2: inverted residuals and linear bottlenecks',
      url: 'https://arxiv.org/abs/1801.04381',
    },
  },
  {
    name: 'mobilenetV3Large',
    title: 'MobileNet, version 3, large',
    family: 'mobile',
    call: "mobilenetV3('large')",
    make: () => mobilenetV3('large'),
    input: [224, 224, 3],
    parameters: 5_483_032,
    counted: 'torchvision',
    paper: searchedMobile,
  },
  {
    name: 'mobilenetV3Small',
    title: 'MobileNet, version 3, small',
    family: 'mobile',
    call: "mobilenetV3('small')",
    make: () => mobilenetV3('small'),
    input: [224, 224, 3],
    parameters: 2_542_856,
    counted: 'torchvision',
    paper: searchedMobile,
  },
  {
    name: 'efficientnetB0',
    title: 'EfficientNet-B0',
    family: 'mobile',
    call: 'efficientnet()',
    make: () => efficientnet(),
    input: [224, 224, 3],
    parameters: 5_288_548,
    counted: 'torchvision',
    paper: {
      authors: 'Tan and Le, 2019',
      title: 'EfficientNet: rethinking model scaling for convolutional neural networks',
      url: 'https://arxiv.org/abs/1905.11946',
    },
  },
  {
    name: 'vitSmall',
    title: 'ViT-S/16',
    family: 'transformer',
    call: "vit('small')",
    make: () => vit('small'),
    input: [224, 224, 3],
    parameters: 22_050_664,
    counted: 'timm',
    paper: {
      authors: 'Touvron et al., 2021',
      title: 'Training data-efficient image transformers and distillation through attention',
      url: 'https://arxiv.org/abs/2012.12877',
    },
  },
  {
    name: 'vitBase',
    title: 'ViT-B/16',
    family: 'transformer',
    call: "vit('base')",
    make: () => vit('base'),
    input: [224, 224, 3],
    parameters: 86_567_656,
    counted: 'torchvision',
    paper: {
      authors: 'Dosovitskiy et al., 2020',
      title: 'An image is worth 16x16 words: transformers for image recognition at scale',
      url: 'https://arxiv.org/abs/2010.11929',
    },
  },
  {
    name: 'unet',
    title: 'U-Net',
    family: 'pixels',
    call: 'unet()',
    make: () => unet(),
    input: [572, 572, 1],
    parameters: 31_030_658,
    counted: 'arithmetic',
    paper: {
      authors: 'Ronneberger et al., 2015',
      title: 'U-Net: convolutional networks for biomedical image segmentation',
      url: 'https://arxiv.org/abs/1505.04597',
    },
  },
  {
    name: 'fcn32',
    title: 'FCN-32s',
    family: 'pixels',
    call: 'fcn(32)',
    make: () => fcn(32),
    input: [224, 224, 3],
    parameters: 134_432_597,
    counted: 'arithmetic',
    paper: fullyConvolutional,
  },
  {
    name: 'fcn8',
    title: 'FCN-8s',
    family: 'pixels',
    call: 'fcn(8)',
    make: () => fcn(8),
    input: [224, 224, 3],
    parameters: 134_368_799,
    counted: 'arithmetic',
    paper: fullyConvolutional,
  },
  {
    name: 'segnet',
    title: 'SegNet',
    family: 'pixels',
    call: 'segnet()',
    make: () => segnet(),
    input: [360, 480, 3],
    parameters: 29_449_932,
    counted: 'arithmetic',
    paper: {
      authors: 'Badrinarayanan et al., 2015',
      title: 'SegNet: a deep convolutional encoder-decoder architecture for image segmentation',
      url: 'https://arxiv.org/abs/1511.00561',
    },
  },
  {
    name: 'featurePyramid50',
    title: 'Feature pyramid on ResNet-50',
    family: 'pixels',
    call: 'featurePyramid(50)',
    make: () => featurePyramid(50),
    input: [256, 256, 3],
    parameters: 26_852_416,
    counted: 'torchvision',
    paper: {
      authors: 'Lin et al., 2017',
      title: 'Feature pyramid networks for object detection',
      url: 'https://arxiv.org/abs/1612.03144',
    },
  },
]
