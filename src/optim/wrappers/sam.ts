import { expectFunction } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import type { Node } from '../../graph/node.js'
import type { State } from '../../nn/state.js'
import * as ops from '../../operations/index.js'
import { grad } from '../../tensor/gradients.js'
import type { Tensor } from '../../tensor/tensor.js'
import { globalNorm } from '../gradients/clipping.js'
import { type MinimizeOptions, Optimizer } from '../optimizer.js'
import { expectBoolean, expectPositive } from '../options.js'
import { expectLoss, gradientNodes, listed, type Trainable } from '../parameters.js'
import { wideType } from '../slots.js'

export interface SamOptions {
  /** How far the worse point is away (ρ); 0.05. */
  readonly radius?: number
  /** Measures the distance relative to the size of each number (ASAM, Kwon et al., 2021; radius 0.5 and more). */
  readonly adaptive?: boolean
}

/** See {@link sam}. */
export class Sam {
  readonly #radius: number
  readonly #adaptive: boolean

  constructor(
    /** What makes the steps. */
    readonly optimizer: Optimizer,
    options: SamOptions = {},
  ) {
    if (!(optimizer instanceof Optimizer)) fail('sam: there is no optimizer', 'Pass one: sam(adam(model)).')
    checkOptions<SamOptions>('sam', options, { radius: true, adaptive: true })
    const { radius = 0.05, adaptive = false } = options
    expectPositive('sam', 'radius', radius)
    expectBoolean('sam', 'adaptive', adaptive)
    this.#radius = radius
    this.#adaptive = adaptive
  }

  /**
   * One step.
   *
   * @param loss computes the loss from the parameters; it is called twice, so random numbers are drawn and buffers are changed twice
   * @returns the loss where the parameters were
   */
  minimize(
    loss: () => Tensor,
    parameters: Trainable | undefined = this.optimizer.trainable,
    options?: MinimizeOptions,
  ): Tensor {
    expectFunction('sam: minimize', 'the loss', loss)
    const here = loss()
    this.follow(here, loss, parameters, options)
    return here
  }

  /** As {@link minimize} with a loss that has been computed already, and the function that computes it where the parameters are moved to. */
  follow(
    here: Tensor,
    loss: () => Tensor,
    parameters: Trainable | undefined = this.optimizer.trainable,
    options?: MinimizeOptions,
  ): void {
    const list = listed('sam', parameters)
    const before = list.map((variable) => variable.node)
    const gradients = (value: Tensor): Tensor[] => {
      expectLoss('sam', value)
      return grad(value, list) as Tensor[]
    }
    const wide = gradientNodes('sam', gradients(here), list).map((node, i) => ops.cast(node, wideType(list[i])))
    const moves = this.#moves(
      wide,
      before.map((node, i) => ops.cast(node, wideType(list[i]))),
    )
    for (const [i, variable] of list.entries()) {
      variable.assignNode(ops.cast(ops.add(ops.cast(before[i], moves[i].dtype), moves[i]), variable.dtype))
    }
    const there = gradients(loss())
    for (const [i, variable] of list.entries()) variable.assignNode(before[i])
    this.optimizer.apply(there, list, options)
  }

  /** The way uphill to the worst point within the radius, as far as the gradient tells: ρ g / ‖g‖, adaptive ρ p² g / ‖p g‖. */
  #moves(gradients: readonly Node[], parameters: readonly Node[]): Node[] {
    const stretched = this.#adaptive ? gradients.map((node, i) => ops.mul(node, ops.abs(parameters[i]))) : gradients
    const scale = ops.div(this.#radius, ops.add(globalNorm(stretched), 1e-12))
    return stretched.map((node, i) => {
      const move = ops.mul(node, ops.cast(scale, node.dtype))
      return this.#adaptive ? ops.mul(move, ops.abs(parameters[i])) : move
    })
  }

  /** Of the optimizer. */
  state(): Promise<State> {
    return this.optimizer.state()
  }

  /** Of the optimizer. */
  loadState(state: State, parameters?: Trainable): void {
    this.optimizer.loadState(state, parameters)
  }
}

/**
 * Sharpness-aware minimization: steps along the gradient at the worst point nearby, towards minima that are flat.
 *
 * (Foret et al., "Sharpness-aware minimization for efficiently improving generalization", 2021.)
 *
 * @throws if an option is out of range
 * @example
 * const optimizer = sam(sgd(model, { learningRate: 0.1 }), { radius: 0.05 })
 * const step = compile((x: Tensor<[8, 2]>, y: Tensor<[8, 1]>) =>
 *   optimizer.minimize(() => nn.meanSquaredError(model.forward(x), y)),
 * )
 */
export const sam = (optimizer: Optimizer, options?: SamOptions): Sam => new Sam(optimizer, options)
