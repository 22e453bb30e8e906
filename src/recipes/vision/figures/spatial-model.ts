import { conv, eye, full, Parameter, type Tensor, tensor } from 'shapewise'
import * as nn from 'shapewise/nn'

/** Rows and columns of the priors: as far as parts can be from each other on 16 × 16 places. */
export const REACH = 31
const MIDDLE = (REACH - 1) / 2

/**
 * What each part of a body says about the places of all others, as convolutions with learned priors: logits of places [batch, height, width, parts]
 * → logits of the same shape.
 *
 * log p̄(A at x) = log p(A at x) + Σ over parts v ≠ A of log((e(A|v) ∗ p(v))(x) + b(A|v)), where e(A|v) is how likely A is so far from v,
 * and b what is believed where v is not seen. Both are positive: softplus of what is learned.
 *
 * (Tompson, Jain, LeCun and Bregler, "Joint training of a convolutional network and a graphical model for human pose estimation", 2014, equation 4;
 * b is one number for each pair here, not one for each place.)
 */
export class SpatialModel extends nn.Module {
  /** Of e before softplus: [rows, columns, 1, v · parts + A], the displacement from A to v. */
  readonly priors: Parameter
  readonly background: Parameter
  readonly parts: number

  /** @param offsets the first priors, see {@link offsetsOf} */
  constructor(offsets: Float32Array, parts: number) {
    super()
    this.parts = parts
    const inverse = (y: number): number => Math.log(Math.expm1(y))
    this.priors = new Parameter(
      tensor(
        offsets.map((share) => inverse(share + 1e-4)),
        [REACH, REACH, 1, parts * parts],
      ),
      'priors',
    )
    this.background = new Parameter(full([parts * parts], inverse(1e-3)), 'background')
  }

  forward(logits: Tensor): Tensor {
    const places = this.logarithms(logits)
    const told = this.messages(places.exp() as Tensor)
    const others = eye(this.parts).neg().add(1)
    return places.add(told.log().mul(others).sum(3)) as Tensor
  }

  /** What each part v says about A, of which A is made the product: probabilities [batch, height, width, v] → [batch, height, width, v, A]. */
  messages(probabilities: Tensor): Tensor {
    const heard = conv(probabilities, nn.softplus(this.priors.value), { groups: this.parts, padding: 'same' })
    const shape = [...probabilities.shape, this.parts]
    return heard.add(nn.softplus(this.background.value)).reshape(shape) as Tensor
  }

  /** Logarithms of probabilities over all places. */
  private logarithms(logits: Tensor): Tensor {
    const [batch, height, width, parts] = logits.shape as readonly number[]
    return logits
      .reshape([batch!, height! * width!, parts!])
      .logSoftmax(1)
      .reshape(logits.shape) as Tensor
  }
}

/** How often each part is how far from each other, [rows, columns, v · parts + A], of poses with x and y of each part in places. */
export function offsetsOf(poses: Float32Array, parts: number): Float32Array {
  const [offsets, count] = [new Float32Array(REACH * REACH * parts * parts), poses.length / (2 * parts)]
  for (let pose = 0; pose < poses.length; pose += 2 * parts) {
    for (let v = 0; v < parts; v++) {
      for (let a = 0; a < parts; a++) {
        const [x, y] = [0, 1].map(
          (axis) => MIDDLE + Math.round(poses[pose + 2 * v + axis]! - poses[pose + 2 * a + axis]!),
        )
        offsets[((y! * REACH + x!) * parts + v) * parts + a]! += 1 / count
      }
    }
  }
  return offsets
}
