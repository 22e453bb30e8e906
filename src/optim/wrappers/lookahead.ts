import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import * as ops from '../../operations/index.js'
import { Optimizer } from '../optimizer.js'
import { expectCount } from '../options.js'

export interface LookaheadOptions {
  /** Steps between two looks; 5. */
  readonly steps?: number
  /** How far the slow weights go to the fast ones, from 0 to 1; 0.5. */
  readonly alpha?: number
}

/**
 * An optimizer that goes ahead k steps and then back to the part α of the way: slow ← slow + α (fast − slow), fast ← slow.
 *
 * The given optimizer itself makes no steps; what it was made with is taken over.
 *
 * (Zhang et al., "Lookahead optimizer: k steps forward, 1 step back", 2019.)
 *
 * @throws if an option is out of range
 * @example const optimizer = lookahead(adam(model), { steps: 5, alpha: 0.5 })
 */
export function lookahead(optimizer: Optimizer, options: LookaheadOptions = {}): Optimizer {
  if (!(optimizer instanceof Optimizer)) fail('lookahead: there is no optimizer', 'Pass one: lookahead(adam(model)).')
  checkOptions<LookaheadOptions>('lookahead', options, { steps: true, alpha: true })
  const { steps = 5, alpha = 0.5 } = options
  expectCount('lookahead', 'steps', steps)
  if (!(alpha > 0 && alpha <= 1)) fail(`lookahead: alpha is ${alpha}`, 'Give a part above 0, at most 1.')
  return optimizer.withRules('lookahead', (fast) => {
    if (fast.modes !== undefined) fail('lookahead: the optimizer has averages of its own', 'Use it as it is.')
    return {
      ...fast,
      slots: (shape) => [{ name: 'slow', start: 'parameter' }, ...fast.slots(shape)],
      update: (parameter, gradient, [slow, ...rest], step) => {
        const { parameter: ahead, state = [] } = fast.update(parameter, gradient, rest, step)
        const isLook = ops.equal(ops.mod(step.number, steps), 0)
        const next = ops.where(isLook, ops.add(slow, ops.mul(ops.sub(ahead, slow), alpha)), slow)
        return { parameter: ops.where(isLook, next, ahead), state: [next, ...state] }
      },
    }
  })
}
