/** Where a network was described. */
export interface Paper {
  /** 'He et al., 2015' */
  readonly authors: string
  readonly title: string
  readonly url: string
}

const paper = (authors: string, title: string, url: string): Paper => ({ authors, title, url })

export const backPropagation = paper(
  'Rumelhart et al., 1986',
  'Learning representations by back-propagating errors',
  'https://doi.org/10.1038/323533a0',
)
export const tabularNetworks = paper(
  'Gorishniy et al., 2021',
  'Revisiting deep learning models for tabular data',
  'https://arxiv.org/abs/2106.11959',
)
export const documentRecognition = paper(
  'LeCun et al., 1998',
  'Gradient-based learning applied to document recognition',
  'https://doi.org/10.1109/5.726791',
)
export const highways = paper(
  'Srivastava et al., 2015',
  'Training very deep networks',
  'https://arxiv.org/abs/1507.06228',
)
export const alexnetPaper = paper(
  'Krizhevsky et al., 2012',
  'ImageNet classification with deep convolutional neural networks',
  'https://papers.nips.cc/paper/4824',
)
export const oneWeirdTrick = paper(
  'Krizhevsky, 2014',
  'One weird trick for parallelizing convolutional neural networks',
  'https://arxiv.org/abs/1404.5997',
)
export const networkInNetworkPaper = paper('Lin et al., 2014', 'Network in network', 'https://arxiv.org/abs/1312.4400')
export const smallWindows = paper(
  'Simonyan and Zisserman, 2014',
  'Very deep convolutional networks for large-scale image recognition',
  'https://arxiv.org/abs/1409.1556',
)
export const goingDeeper = paper(
  'Szegedy et al., 2014',
  'Going deeper with convolutions',
  'https://arxiv.org/abs/1409.4842',
)
export const batchNormalization = paper(
  'Ioffe and Szegedy, 2015',
  'Batch normalization: accelerating deep network training by reducing internal covariate shift',
  'https://arxiv.org/abs/1502.03167',
)
export const rethinking = paper(
  'Szegedy et al., 2015',
  'Rethinking the inception architecture for computer vision',
  'https://arxiv.org/abs/1512.00567',
)
export const inceptionResnets = paper(
  'Szegedy et al., 2016',
  'Inception-v4, Inception-ResNet and the impact of residual connections on learning',
  'https://arxiv.org/abs/1602.07261',
)
export const residual = paper(
  'He et al., 2015',
  'Deep residual learning for image recognition',
  'https://arxiv.org/abs/1512.03385',
)
export const identityMappings = paper(
  'He et al., 2016',
  'Identity mappings in deep residual networks',
  'https://arxiv.org/abs/1603.05027',
)
export const denseConnections = paper(
  'Huang et al., 2016',
  'Densely connected convolutional networks',
  'https://arxiv.org/abs/1608.06993',
)
export const convNets2020s = paper('Liu et al., 2022', 'A ConvNet for the 2020s', 'https://arxiv.org/abs/2201.03545')
export const fire = paper(
  'Iandola et al., 2016',
  'SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size',
  'https://arxiv.org/abs/1602.07360',
)
export const mobileNets = paper(
  'Howard et al., 2017',
  'MobileNets: efficient convolutional neural networks for mobile vision applications',
  'https://arxiv.org/abs/1704.04861',
)
export const bottlenecks = paper(
  'Sandler et al., 2018',
  'MobileNetV2: inverted residuals and linear bottlenecks',
  'https://arxiv.org/abs/1801.04381',
)
export const search = paper('Howard et al., 2019', 'Searching for MobileNetV3', 'https://arxiv.org/abs/1905.02244')
export const scaling = paper(
  'Tan and Le, 2019',
  'EfficientNet: rethinking model scaling for convolutional neural networks',
  'https://arxiv.org/abs/1905.11946',
)
export const distillation = paper(
  'Touvron et al., 2021',
  'Training data-efficient image transformers and distillation through attention',
  'https://arxiv.org/abs/2012.12877',
)
export const words16 = paper(
  'Dosovitskiy et al., 2020',
  'An image is worth 16x16 words: transformers for image recognition at scale',
  'https://arxiv.org/abs/2010.11929',
)
export const biomedical = paper(
  'Ronneberger et al., 2015',
  'U-Net: convolutional networks for biomedical image segmentation',
  'https://arxiv.org/abs/1505.04597',
)
export const convolutional = paper(
  'Long et al., 2015',
  'Fully convolutional networks for semantic segmentation',
  'https://arxiv.org/abs/1411.4038',
)
export const encoderDecoder = paper(
  'Badrinarayanan et al., 2015',
  'SegNet: a deep convolutional encoder-decoder architecture for image segmentation',
  'https://arxiv.org/abs/1511.00561',
)
export const pyramids = paper(
  'Lin et al., 2017',
  'Feature pyramid networks for object detection',
  'https://arxiv.org/abs/1612.03144',
)
export const superResolution = paper(
  'Dong et al., 2014',
  'Learning a deep convolutional network for image super-resolution',
  'https://arxiv.org/abs/1501.00092',
)
export const subPixels = paper(
  'Shi et al., 2016',
  'Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural network',
  'https://arxiv.org/abs/1609.05158',
)
export const photoRealistic = paper(
  'Ledig et al., 2017',
  'Photo-realistic single image super-resolution using a generative adversarial network',
  'https://arxiv.org/abs/1609.04802',
)
