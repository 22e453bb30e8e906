import type { Tensor } from 'shapewise'
import { pictures } from 'shapewise/data'
import { psnr, ssim } from 'shapewise/metrics'

/** How near pictures come to what they should be, means over pictures. */
export interface Judgement {
  /** In decibels, of brightness, without a rim. */
  readonly psnr: number
  readonly ssim: number
  /** The mean slope of brightness, in parts of what the originals have: 1 is as sharp as they are. */
  readonly sharpness: number
}

/** Brightness as files have it, without a rim of so many pixels, which no method sees in full: as the papers measure. */
function brightnessOf(x: Tensor, rim: number): Tensor {
  const inside = x.clip(0, 1).slice(':', [rim, -rim], [rim, -rim]) as Tensor
  return (pictures.grey(inside).slice('...', [0, 1]) as Tensor).mul(255).round().div(255) as Tensor
}

function meanSlope(x: Tensor): Tensor {
  const [down, right] = [1, 2].map((axis) => x.sub(x.roll(1, axis)).slice(':', [1, null], [1, null]).square() as Tensor)
  return down!.add(right!).sqrt().mean() as Tensor
}

/** Judges pictures [batch, height, width, 1 or 3] against their originals. */
export async function judge(made: Tensor, originals: Tensor, rim: number): Promise<Judgement> {
  const [x, y] = [brightnessOf(made, rim), brightnessOf(originals, rim)]
  await Promise.all([x.data(), y.data()])
  const sharpness = await (meanSlope(x).div(meanSlope(y)) as Tensor<[]>).item()
  return { psnr: psnr(x, y), ssim: ssim(x, y), sharpness }
}
