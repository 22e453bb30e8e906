import { checkOptions } from '../core/options.js'
import * as nn from '../nn/index.js'

/**
 * LeNet-5, the network that read handwritten digits on bank cheques: pictures [batch, 28, 28, 1] → logits [batch, classes].
 *
 * (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998, section II.B; the
 * names in the margin are those of its figure 2.)
 *
 * As it is drawn today and unlike the paper: relu instead of 1.7159 · tanh(⅔ x); the largest value of each window instead
 * of the sum with a trained factor and bias (S2, S4); every map of C3 sees all maps of S2, not chosen ones; logits
 * instead of distances to drawn digits; and 28 × 28 pixels with a margin of zeros instead of 32 × 32.
 *
 * @example lenet().forward(pictures) // 61,706 parameters
 */
export function lenet<Classes extends number = 10>(options: { readonly classes?: Classes } = {}) {
  checkOptions('lenet', options, { classes: true })
  return nn.sequential(
    nn.conv2d(1, 6, 5, { padding: 'same' }), // C1: [28, 28, 6]
    nn.relu(),
    nn.maxPool2d(2), // S2: [14, 14, 6]
    nn.conv2d(6, 16, 5), // C3: [10, 10, 16]
    nn.relu(),
    nn.maxPool2d(2), // S4: [5, 5, 16]
    nn.flatten(),
    nn.linear(400, 120), // C5
    nn.relu(),
    nn.linear(120, 84), // F6
    nn.relu(),
    nn.linear(84, options.classes ?? (10 as Classes)),
  )
}
