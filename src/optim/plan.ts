import { cureFor, describe } from '../core/describe.js'
import { fail } from '../core/errors.js'
import type { Node } from '../graph/node.js'
import * as ops from '../operations/index.js'
import type { Variable } from '../tensor/variable.js'
import { type Decay, pullOf } from './decay.js'
import type { DecayKind, Definition } from './definition.js'
import type { Clipping } from './gradients/clipping.js'
import { expectNoise, type GradientNoise, noisy } from './gradients/noise.js'
import {
  type CommonOptions,
  expectBoolean,
  expectNotNegative,
  expectPositive,
  expectRate,
  type ParameterGroup,
} from './options.js'
import type { Rule, Step, Update } from './rule.js'
import type { Schedule } from './schedules/schedule.js'
import type { Setting } from './settings.js'

/** What is done with the parameters of a group, or with those of none. */
export interface Plan {
  /** `adam`, or `adam, group /bias/`. */
  readonly where: string
  readonly match: RegExp | undefined
  readonly rule: Rule
  readonly decay: Decay & { readonly kind: DecayKind }
  readonly clipping: Clipping
  readonly noise: GradientNoise | undefined
  /** Instead of the optimizer's. */
  readonly learningRate: number | Schedule | undefined
  readonly rateFactor: number
}

/** The plan that options make, those of the group before those of all. */
export function planOf<Settings extends object>(
  definition: Definition<Settings>,
  where: string,
  shared: CommonOptions,
  group?: ParameterGroup,
): Plan {
  const options: CommonOptions & Readonly<Record<string, unknown>> = { ...shared, ...group }
  const settings: Record<string, unknown> = {}
  for (const [name, { value, check }] of Object.entries<Setting<unknown>>(definition.settings)) {
    settings[name] = options[name] ?? value
    check(where, name, settings[name])
  }
  const own = settings as Required<Settings>
  definition.check?.(own, where)
  const decay = decayOf(definition, where, options)
  const { gradientNoise: noise } = options
  if (noise !== undefined) expectNoise(where, noise)
  return {
    where,
    match: group === undefined ? undefined : expectPattern(where, group.match),
    rule: definition.rule({ ...own, ...decay }),
    decay,
    clipping: clippingOf(where, options, group?.clipNorm === undefined ? definition.name : where),
    noise,
    ...ratesOf(where, group),
  }
}

function decayOf(
  { decay = 'coupled', weightDecay: usual = 0 }: Pick<Definition<object>, 'decay' | 'weightDecay'>,
  where: string,
  { weightDecay = usual, l1Decay = 0, decoupledDecay }: CommonOptions,
): Plan['decay'] {
  expectNotNegative(where, 'weightDecay', weightDecay)
  expectNotNegative(where, 'l1Decay', l1Decay)
  if (decoupledDecay === undefined) return { weightDecay, l1Decay, kind: decay }
  expectBoolean(where, 'decoupledDecay', decoupledDecay)
  if (decay === 'own') {
    fail(`${where}: decoupledDecay is ${decoupledDecay}`, 'Where the decay goes is part of this method: leave it out.')
  }
  return { weightDecay, l1Decay, kind: decoupledDecay ? 'decoupled' : 'coupled' }
}

function clippingOf(where: string, { clipValue, clipAdaptive, clipNorm }: CommonOptions, together: string): Clipping {
  for (const [option, value] of Object.entries({ clipValue, clipAdaptive, clipNorm })) {
    if (value !== undefined) expectPositive(where, option, value)
  }
  return { clipValue, clipAdaptive, clipNorm, together }
}

function ratesOf(where: string, group: ParameterGroup | undefined): Pick<Plan, 'learningRate' | 'rateFactor'> {
  const { learningRate, learningRateFactor: rateFactor = 1 } = group ?? {}
  if (learningRate !== undefined && typeof learningRate !== 'function') expectRate(where, learningRate)
  expectNotNegative(where, 'learningRateFactor', rateFactor)
  if (learningRate !== undefined && group?.learningRateFactor !== undefined) {
    fail(`${where}: there are both learningRate and learningRateFactor`, 'Give a rate, or a factor of the rate of all.')
  }
  return { learningRate, rateFactor }
}

function expectPattern(where: string, match: RegExp): RegExp {
  if (match instanceof RegExp) return match
  fail(`${where}: match is ${describe(match)}`, cureFor(match, 'Give a pattern of paths: { match: /bias|norm/ }.'))
}

/** The plan of each parameter: that of the one group that its path fits, else the last. */
export function plansFor(name: string, plans: readonly Plan[], list: readonly Variable[]): Plan[] {
  return list.map((variable) => {
    const fitting = plans.filter((plan) => fits(plan, variable))
    if (fitting.length > 1) {
      const patterns = fitting.map(({ match }) => String(match)).join(' and ')
      fail(
        `${name}: the parameter '${variable.name}' fits the groups ${patterns}`,
        'Each parameter belongs to one group: make the patterns exclude each other, such as /^body.*weight/ and /bias/.',
      )
    }
    return fitting[0] ?? plans[plans.length - 1]
  })
}

/** Throws if a group fits none of the parameters that there are. */
export function expectUsed(plans: readonly Plan[], known: readonly Variable[]): void {
  const unused = plans.find((plan) => plan.match !== undefined && !known.some((variable) => fits(plan, variable)))
  if (unused === undefined) return
  const names = known.slice(0, LISTED).map((variable) => `'${variable.name}'`)
  const more = known.length > LISTED ? ` and ${known.length - LISTED} more` : ''
  fail(
    `${unused.where} fits no parameter. There are ${names.join(', ')}${more}.`,
    'Match one of them, or leave the group out.',
  )
}

const LISTED = 12

// `search` starts at the beginning, also with a pattern that remembers where it has been (/g).
const fits = ({ match }: Plan, { name }: Variable): boolean => match !== undefined && name.search(match) >= 0

/** One step of a parameter by its plan: noise, decay, and the rule. All nodes have the dtype that is calculated in. */
export function planned(plan: Plan, parameter: Node, gradient: Node, state: readonly Node[], step: Step): Update {
  const { rule, decay, noise } = plan
  const given = noise === undefined ? gradient : noisy(gradient, noise, step.number)
  const pull = decay.kind === 'own' ? undefined : pullOf(parameter, decay)
  if (pull === undefined) return rule.update(parameter, given, state, step)
  if (decay.kind === 'coupled') return rule.update(parameter, ops.add(given, pull), state, step)
  return rule.update(ops.sub(parameter, ops.mul(pull, step.learningRate)), given, state, step)
}
