import { conv, type Tensor } from 'shapewise'
import * as nn from 'shapewise/nn'

/** What the network sees at once, and how far apart its windows lie in a larger picture: two poolings by two. */
export const [WINDOW, STEP] = [32, 4]
/** The answer beside the ten digits. */
export const NOTHING = 10
const [MAPS, PLACES, HIDDEN] = [32, 5, 96]

/** LeNet with more maps, one fully connected layer less, and an eleventh answer: that there is no digit in the middle. */
export class WindowNet extends nn.Module {
  readonly features = nn.sequential(
    ...[nn.conv2d(1, 16, 5), nn.relu(), nn.maxPool2d(2)], // [14, 14, 16]
    ...[nn.conv2d(16, MAPS, 5), nn.relu(), nn.maxPool2d(2)], // [5, 5, 32]
  )
  readonly hidden = nn.linear(PLACES * PLACES * MAPS, HIDDEN)
  readonly dropout = nn.dropout(0.2)
  readonly answer = nn.linear(HIDDEN, NOTHING + 1)

  /** Windows [batch, 32, 32, 1] → logits [batch, 11]. */
  forward(windows: Tensor): Tensor {
    const maps = this.features.forward(windows).reshape([windows.shape[0]!, -1]) as Tensor
    return this.answer.forward(this.dropout.forward(this.hidden.forward(maps).relu() as Tensor)) as Tensor
  }

  /**
   * Every window of larger pictures, a step apart: [batch, height, width, 1] → [batch, rows, columns, 11]. The weights of the fully connected
   * layers, in another shape, are those of convolutions, so that what neighbouring windows share is computed once.
   */
  everywhere(pictures: Tensor): Tensor {
    const kernel = this.hidden.weight.value.reshape([PLACES, PLACES, MAPS, HIDDEN]) as Tensor
    const hidden = (conv(this.features.forward(pictures) as Tensor, kernel) as Tensor)
      .add(this.hidden.bias!.value)
      .relu()
    return this.answer.forward(hidden as Tensor) as Tensor
  }
}
