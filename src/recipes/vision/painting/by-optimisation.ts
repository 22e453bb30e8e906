import { compile, Parameter, type Tensor } from 'shapewise'
import type { State } from 'shapewise/nn'
import { adam, lbfgs } from 'shapewise/optim'
import type { RecipeContext } from '../../recipe.js'

/** Iterations after which the loss is looked at. */
const looks = [1, 2, 5, 10, 20, 50, 100, 200, 300]

/** The loss after so many iterations, and the seconds that all took. */
export interface Course {
  readonly iterations: readonly number[]
  readonly losses: readonly number[]
  readonly seconds: number
  readonly picture: Tensor
}

type Context = Pick<RecipeContext, 'report' | 'signal'> & { readonly options: { readonly iterations: number } }

const clipped = (x: Tensor): Tensor => x.clip(0, 1) as Tensor

/** By the method of the paper. */
export async function viaLbfgs(
  { options, report, signal }: Context,
  start: Tensor,
  loss: (x: Tensor) => Tensor,
): Promise<Course> {
  const x = new Parameter(start, 'picture')
  const all = looks.filter((look) => look < options.iterations).concat(options.iterations)
  const losses: number[] = []
  let perIteration = Infinity
  let state: State = {}
  for (const [i, look] of all.entries()) {
    const iterations = look - (all[i - 1] ?? 0)
    const run = lbfgs([x], { iterations })
    run.loadState(state)
    const from = performance.now()
    losses.push((await run.minimize(() => loss(x.value))).loss)
    perIteration = Math.min(perIteration, (performance.now() - from) / 1000 / iterations)
    state = await run.state()
    report.progress({
      stage: 'L-BFGS',
      batch: look,
      batches: options.iterations,
      examples: look,
      metrics: { loss: losses.at(-1)! },
    })
    signal.throwIfAborted()
  }
  // Each look compiles anew; the fastest part is what iterations cost.
  return { iterations: all, losses, seconds: perIteration * options.iterations, picture: clipped(x.value) }
}

export async function viaAdam(
  { options, report, signal }: Context,
  start: Tensor,
  loss: (x: Tensor) => Tensor,
): Promise<Course> {
  const x = new Parameter(start, 'picture')
  const optimizer = adam([x], { learningRate: 0.02 })
  const step = compile(() => {
    const value = loss(x.value)
    optimizer.minimize(value)
    return value
  })
  const losses = [await step().item()]
  const from = performance.now()
  for (let i = 1; i < options.iterations; i++) {
    losses.push(await step().item())
    report.progress({
      stage: 'Adam',
      batch: i + 1,
      batches: options.iterations,
      examples: i,
      metrics: { loss: losses[i]! },
    })
    signal.throwIfAborted()
  }
  const seconds = ((performance.now() - from) / 1000) * (options.iterations / Math.max(1, options.iterations - 1))
  return { iterations: losses.map((_, i) => i + 1), losses, seconds, picture: clipped(x.value) }
}
