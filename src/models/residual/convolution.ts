import * as nn from '../../nn/index.js'

/** As all networks with shortcuts have it: the same size behind it, He's first weights, and no bias where a normalisation follows. */
export const convolution = (inputs: number, outputs: number, kernel: number, stride = 1, bias = false) =>
  nn.conv2d(inputs, outputs, kernel, {
    ...{ stride, padding: (kernel - 1) / 2, bias },
    initializer: nn.initializers.heNormal(),
  })
