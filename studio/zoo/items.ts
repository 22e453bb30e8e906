import type { Flow } from 'shapewise/nn'
import { collapsed } from './collapse'

/** What a block does, told apart by colour. */
export type Kind =
  | 'input'
  | 'convolution'
  | 'depthwise'
  | 'linear'
  | 'attention'
  | 'pool'
  | 'up'
  | 'recurrence'
  | 'other'

/** What follows a block at each place and has no size of its own. */
export type Trim = 'normalization' | 'activation' | 'dropout'

/** A layer that is drawn. */
export interface Block {
  readonly type: 'block'
  readonly kind: Kind
  readonly title: string
  /** The larger side of what it gives; 1 for vectors, the length for sequences. */
  readonly side: number
  readonly channels: number
  readonly shape: readonly number[]
  readonly parameters: number
  readonly multiplyAdds: number
  readonly trims: Trim[]
  /** Places of the outermost stages that it stands for. */
  readonly stages: readonly number[]
}

/**
 * Ways beside each other, from one place to another: their sum (with a way around, which is empty where the input is added), what they give side by
 * side, all that came before (dense), or a choice by gates.
 */
export interface Group {
  readonly type: 'group'
  readonly kind: 'sum' | 'branch' | 'dense' | 'gate'
  readonly lanes: readonly (readonly Item[])[]
  /** Whether the input goes around the lanes as it is, or with blocks of its own on the way. */
  readonly around: 'nothing' | 'input' | readonly Item[]
  readonly trims: Trim[]
  readonly stages: readonly number[]
}

/** Some items that come several times, one after the other. */
export interface Repeat {
  readonly type: 'repeat'
  readonly items: readonly Item[]
  readonly times: number
  /** Those of all times. */
  readonly stages: readonly number[]
}

/** Where a stage of the paper begins. */
export interface Mark {
  readonly type: 'mark'
  readonly name: string
}

export type Item = Block | Group | Repeat | Mark

type Stage = Flow['stages'][number] & { readonly place: number; readonly inner: readonly number[] }

const trims: readonly (readonly [RegExp, Trim | undefined])[] = [
  [/norm/i, 'normalization'],
  [/^activation|relu|maxout/i, 'activation'],
  [/drop/i, 'dropout'],
  [/^(identity|flatten|layerscale|padding|lambda)/i, undefined],
]

const kinds: readonly (readonly [RegExp, Kind])[] = [
  [/^depthwise/i, 'depthwise'],
  [/transpose|unpool|upsample|resize/i, 'up'],
  [/attention/i, 'attention'],
  [/lstm|gru|rnn|recurrent|embedding|periodic/i, 'recurrence'],
  [/conv/i, 'convolution'],
  [/pool|subsampling/i, 'pool'],
  [/linear|dense|squeeze|distance/i, 'linear'],
]

const nameOf = (title: string): string => title.split(' ')[0] ?? ''

/** Blocks and groups of a model, as its flow of data has them; what repeats is collapsed. */
export function itemsOf({ stages }: Flow): Item[] {
  const inner = stages.map((): number[] => [])
  stages.forEach(({ around, kind }, place) => {
    if (around !== undefined && kind === 'layer') inner[around]!.push(place)
  })
  const at = (place: number): Stage => ({ ...stages[place]!, place, inner: inner[place]! })

  const lane = (places: readonly number[]): Item[] => {
    const items: Item[] = []
    let mark: string | undefined
    for (const place of places) {
      const stage = at(place)
      const name = stageName(stage.path)
      if (name !== undefined && name !== mark) {
        items.push({ type: 'mark', name })
        mark = name
      }
      append(items, itemsFor(stage))
    }
    return items
  }

  const itemsFor = (stage: Stage): (Item | Trim)[] => {
    const { title, place, inner: parts } = stage
    const name = nameOf(title)
    const group = { type: 'group', trims: [], stages: [place] } as const
    if (name === 'Parallel') {
      const ways = parts.map((part) => collapsed(lane([part])))
      const isResidual = title.includes('residual')
      return [
        {
          ...{ ...group, trims: [], kind: 'sum', lanes: isResidual ? ways.slice(1) : ways },
          around: isResidual ? (ways[0]!.length === 0 ? 'input' : ways[0]!) : 'nothing',
        },
      ]
    }
    if (name === 'Branch') {
      const lanes = parts.map((part) => collapsed(lane([part])))
      return [{ ...group, trims: [], kind: 'branch', around: 'nothing', lanes }]
    }
    if (name === 'DenseBlock') {
      return [{ ...group, trims: [], kind: 'dense', around: 'input', lanes: [collapsed(lane(parts), true)] }]
    }
    if (name === 'Highway') {
      return [{ ...group, trims: [], kind: 'gate', around: 'input', lanes: [lane(parts.slice(0, 1))] }]
    }
    if (name === 'TransformerEncoderBlock') {
      const isFed = (part: number) => at(part).path.includes('.feedForward')
      const halves = [parts.filter((part) => !isFed(part)), parts.filter(isFed)]
      return halves.map((half, i) => {
        const stages = i === 0 ? half : [place]
        return { ...group, trims: [], stages, kind: 'sum', around: 'input', lanes: [lane(half)] }
      })
    }
    const isWhole = /attention|squeeze|lstm|gru|rnn/i.test(name)
    if (parts.length > 0 && !isWhole) return lane(parts)
    const trim = trims.find(([pattern]) => pattern.test(name))
    if (trim !== undefined) return trim[1] === undefined ? [] : [trim[1]]
    return [blockOf(stage, at)]
  }

  const root = stages.findIndex(({ kind, path }) => kind === 'layer' && path === '')
  const whole = inner[root]?.length ? lane(inner[root]) : []
  return [...stages.flatMap(inputBlock), ...collapsed(whole)]
}

/** What goes into the model, in front of all that is drawn. */
function inputBlock({ kind, outputs }: Flow['stages'][number], place: number): Block[] {
  if (kind !== 'input') return []
  const shape = outputs[0]?.shape ?? []
  const none = { parameters: 0, multiplyAdds: 0, trims: [], stages: [place] }
  const size = { side: sideOf(shape), channels: shape.at(-1) ?? 1 }
  return [{ type: 'block', kind: 'input', title: 'Input', shape, ...size, ...none }]
}

function sideOf(shape: readonly number[]): number {
  const sides = shape.slice(1, -1)
  return sides.length === 1 ? Math.sqrt(sides[0]!) : Math.max(1, ...sides)
}

/** Adds to a lane: trims to what stands last. */
function append(items: Item[], more: readonly (Item | Trim)[]): void {
  for (const one of more) {
    if (typeof one !== 'string') items.push(one)
    else {
      const last = items.at(-1)
      if (last?.type === 'block' || last?.type === 'group') last.trims.push(one)
    }
  }
}

function blockOf(stage: Stage, at: (place: number) => Stage): Block {
  const { title, outputs, place } = stage
  const shape = outputs[0]?.shape ?? []
  const channels = shape.at(-1) ?? 1
  const all = [place]
  for (const one of all) all.push(...at(one).inner)
  const sum = (of: (one: Stage) => number) => all.reduce((total, one) => total + of(at(one)), 0)
  return {
    ...{ type: 'block', title, shape, channels, trims: [], stages: [place] },
    kind: kinds.find(([pattern]) => pattern.test(nameOf(title)))?.[1] ?? 'other',
    side: sideOf(shape),
    parameters: sum(({ parameters }) => parameters),
    multiplyAdds: sum(({ multiplyAdds }) => multiplyAdds),
  }
}

/** What the paper calls the stage that a layer is: the name below `stages`, or of a property of the model. */
function stageName(path: string): string | undefined {
  const parts = path.split('.')
  const [first, second] = parts
  if ((first === 'stages' || first === 'bottomUp') && parts.length === 2)
    return /^\d+$/.test(second!) ? undefined : second
  return undefined
}
