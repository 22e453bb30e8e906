import { Parameter, random, type Tensor, tensor } from 'shapewise'
import { RandomStream } from 'shapewise/data'
import { lbfgs } from 'shapewise/optim'
import { pca } from 'shapewise/projections'

/** Pixels of the side of a patch. */
export const SIDE = 12

/** Places cut at random from pictures [1, height, width, 1], without their mean brightness, and each of the same contrast: [count, SIDE²]. */
export async function patchesOf(pictures: readonly Tensor[], count: number, seed: number): Promise<Float32Array> {
  const stream = new RandomStream(seed)
  const values = await Promise.all(pictures.map((picture) => picture.data()))
  const result = new Float32Array(count * SIDE * SIDE)
  for (let i = 0; i < count; i++) {
    const which = i % pictures.length
    const [, height, width] = pictures[which]!.shape as readonly number[] as [number, number, number]
    const [top, left] = [height, width].map((n) => Math.floor(stream.uniform() * (n - SIDE + 1))) as [number, number]
    const patch = Float64Array.from(
      { length: SIDE * SIDE },
      (_, k) => values[which]![(top + Math.floor(k / SIDE)) * width + left + (k % SIDE)]!,
    )
    const mean = patch.reduce((sum, value) => sum + value, 0) / patch.length
    const spread = Math.sqrt(patch.reduce((sum, value) => sum + (value - mean) ** 2, 0) / patch.length)
    // Flat patches stay faint rather than becoming noise.
    for (let k = 0; k < patch.length; k++) result[i * patch.length + k] = (patch[k]! - mean) / (spread + 0.05)
  }
  return result
}

/**
 * The features of patches that are sparse: as few as possible answer to each. Patches are brought onto their first principal components, each of variance 1
 * (whitening); then W is sought with the least Σ log cosh(W x) · λ + |Wᵀ W x − x|², a layer and its reconstruction, by L-BFGS on all patches.
 *
 * Source: Le, Karpenko, Ngiam, Ng, ICA with reconstruction cost for efficient overcomplete feature learning, 2011; Olshausen and Field, Emergence of
 * simple-cell receptive field properties by learning a sparse code for natural images, 1996.
 *
 * @returns what each feature looks like, [features][SIDE²]; the loss before and after
 */
export async function sparseFeatures(
  patches: Float32Array,
  {
    features,
    iterations,
    signal,
  }: { readonly features: number; readonly iterations: number; readonly signal: AbortSignal },
) {
  const count = patches.length / SIDE ** 2
  const principal = await pca(tensor(patches, [count, SIDE ** 2]), { components: features, signal })
  const deviations = Float32Array.from(principal.variances, Math.sqrt)
  const white = (await principal.transform(tensor(patches, [count, SIDE ** 2])))
    .cast('float32')
    .div(tensor(deviations)) as Tensor
  await white.data()
  const weights = new Parameter(random.normal([features, features]).qr().q as Tensor, 'features')
  const loss = (): Tensor => {
    const answers = white.matmul(weights.value.transpose()) as Tensor
    const again = answers.matmul(weights.value) as Tensor
    const sparse = softAbs(answers).sum().div(count)
    return sparse.add(again.sub(white).square().sum().div(count)) as Tensor
  }
  const before = await loss().item()
  const { loss: after } = await lbfgs([weights], { iterations }).minimize(loss)
  // What makes a feature answer: a step along its row among whitened patches, seen as pixels.
  const axes = Float32Array.from(
    principal.axes.flatMap((axis, k) => Array.from(axis, (value) => value * deviations[k]!)),
  )
  const looks = (weights.value as Tensor).matmul(tensor(axes, [features, SIDE ** 2])) as Tensor
  const pixels = (await looks.data()) as Float32Array
  return {
    before,
    after,
    looks: Array.from({ length: features }, (_, k) => pixels.slice(k * SIDE ** 2, (k + 1) * SIDE ** 2)),
  }
}

/** log cosh x = |x| + log(1 + e^(−2|x|)) − log 2, which does not overflow. */
const softAbs = (x: Tensor): Tensor => {
  const size = x.abs() as Tensor
  return size.add(size.mul(-2).exp().add(1).log()).sub(Math.LN2) as Tensor
}
