import type { Decay } from './decay.js'
import type { Rule } from './rule.js'
import type { Schedule } from './schedules/schedule.js'
import type { SettingTable } from './settings.js'

/** Where decay goes: into the gradient, off the parameter, or it is the rule's own affair, which is given it. */
export type DecayKind = 'coupled' | 'decoupled' | 'own'

/** What tells one optimizer from the others. */
export interface Definition<Settings extends object> {
  /** For messages, as the user calls it. */
  readonly name: string
  /** By default. */
  readonly learningRate: number | Schedule
  /** By default; 0. */
  readonly weightDecay?: number
  /** By default; coupled. One that is the rule's own cannot be chosen. */
  readonly decay?: DecayKind
  /** The options that no other optimizer has. */
  readonly settings: SettingTable<Settings>
  /** Throws if settings do not go together. */
  readonly check?: (settings: Required<Settings>, optimizer: string) => void
  /** The formula for settings, made once for each group of parameters. */
  readonly rule: (settings: Required<Settings> & Decay) => Rule
}
