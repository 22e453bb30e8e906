import type * as shapewise from 'shapewise'
import type * as nn from 'shapewise/nn'
import type * as optim from 'shapewise/optim'

/** What the page has imported; in Node the same from the sources. */
export interface Library {
  readonly shapewise: typeof shapewise
  readonly nn: typeof nn
  readonly optim: typeof optim
}

/**
 * Trains a network to tell the sign of a product of two of its inputs, which no linear one can, and returns the losses.
 * The page runs the text of this function, so it uses nothing but its argument.
 */
export async function train({ shapewise, nn, optim }: Library): Promise<number[]> {
  const { compile, random, seed } = shapewise
  seed(7)
  const x = random.normal([512, 16], { key: random.key(1) })
  const y = x
    .slice([null, null], 0)
    .mul(x.slice([null, null], 1))
    .greater(0)
    .cast('int32')
  const model = nn.sequential(nn.linear(16, 256), nn.tanh(), nn.linear(256, 2))
  const optimizer = optim.adam(model, { learningRate: 1e-2 })
  const step = compile(() => {
    const loss = nn.crossEntropy(model.forward(x), y)
    optimizer.minimize(loss)
    return loss
  })
  const losses: number[] = []
  for (let i = 0; i < 40; i++) losses.push(await step().item())
  return losses
}

/** How often timers and frames came while one long program was computed. */
export interface Liveliness {
  readonly timers: number
  readonly frames: number
  readonly milliseconds: number
  /** ‖(A / ‖A‖)ⁿ‖² for the n given, so that there is something to check. */
  readonly value: number
}

/** Computes one program of `products` matrix products, and looks at what else the page gets done meanwhile. */
export async function observe({ shapewise }: Library, products: number): Promise<Liveliness> {
  const { compile, eye, tensor } = shapewise
  // A rotation in each plane of two neighbours: its powers have the closed form of rotations by multiples of the angle.
  const size = 512
  const angle = 0.001
  const rotation = new Float32Array(size * size)
  for (let i = 0; i < size; i += 2) {
    rotation[i * size + i] = Math.cos(angle)
    rotation[(i + 1) * size + i + 1] = Math.cos(angle)
    rotation[i * size + i + 1] = -Math.sin(angle)
    rotation[(i + 1) * size + i] = Math.sin(angle)
  }
  const turn = tensor(rotation, [size, size])
  const power = compile(() => {
    let product = eye(size)
    for (let i = 0; i < products; i++) product = product.matmul(turn)
    return product.slice(0, 0)
  })
  let timers = 0
  let frames = 0
  const timer = setInterval(() => timers++, 5)
  const onFrame = (): void => {
    frames++
    requestAnimationFrame(onFrame)
  }
  requestAnimationFrame(onFrame)
  const result = power()
  timers = 0
  frames = 0
  const start = performance.now()
  const value = await result.item()
  const milliseconds = performance.now() - start
  clearInterval(timer)
  return { timers, frames, milliseconds, value }
}
