import type * as nn from '../../nn/index.js'

/** From pictures [batch, height, width, channels] to scores of each pixel, [batch, height, width, classes]. */
export type Labels<
  Channels extends number,
  Classes extends number,
  Padding extends 'valid' | 'same' = 'same',
> = nn.ChainShape<
  Padding extends 'same'
    ? readonly [
        nn.Conv2d<
          Channels,
          Classes,
          {
            readonly window: 3
            readonly stride: 1
            readonly padding: 'same'
            readonly dilation: 1
            readonly ceil: false
          }
        >,
      ]
    : readonly [nn.Conv2d<Channels, Classes>]
>
