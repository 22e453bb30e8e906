import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { contiguousView, MAGIC, Words } from '../../src/backends/cpu/format.js'
import { Marks } from '../../src/backends/cpu/marks.js'
import { serialize } from '../../src/backends/cpu/serialize.js'
import { ProgramWriter } from '../../src/backends/cpu/writer.js'
import { fuse } from '../../src/compiler/fuse/fuse.js'
import { planKernels } from '../../src/compiler/kernel-plan.js'
import { simplify } from '../../src/compiler/simplify.js'
import { build, makeGraph, type Primitive, primitives } from '../../src/graph/index.js'
import { samples } from '../conformance/samples.js'

export interface SerializedSample {
  readonly op: Primitive
  readonly words: Int32Array
}

/** Every sample of every primitive as words for the kernels, the first one of each with the marks of a profile, too. */
export function serializedSamples(): SerializedSample[] {
  return primitives.flatMap((op) =>
    samples[op].flatMap((sample, i) => {
      const inputs = sample.inputs.map(({ dtype, shape }) => build.input(dtype, shape))
      const graph = simplify(makeGraph(inputs, [sample.build(inputs)].flat()))
      const plan = planKernels(fuse(graph))
      const marked = i === 0 ? [serialize(plan, new Marks(plan))] : []
      return [serialize(plan), ...marked].map(({ words }) => ({ op, words }))
    }),
  )
}

/**
 * A gather whose result lies over its own indices, one element further on: each element that is written becomes the
 * index of the next, 2²⁸.
 */
export function overwrittenIndices(): Int32Array {
  const four = { dtype: 'int32', shape: [4] } as const
  const at = (offset: number) => contiguousView(four, { kind: 'arena', offset })
  const filled = (value: number) => contiguousView(four, { kind: 'constant', value })
  const writer = new ProgramWriter()
  writer.copy(filled(0), at(0))
  writer.copy(filled(2 ** 28), at(64))
  writer.indexing('gather', 0, 0, [at(64), at(0), at(4)])
  writer.copy(at(4), contiguousView(four, { kind: 'output', index: 0 }))
  const words = new Words()
  words.word(MAGIC)
  writer.finish(words, 128, [], [four])
  return words.take()
}

/** Positions are drawn as large numbers and wrapped, so that they fit programs of any length. */
export type Damage =
  | { readonly kind: 'truncate'; readonly at: number }
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'set'; readonly at: number; readonly value: number }
  | { readonly kind: 'setWide'; readonly at: number; readonly value: bigint }
  | { readonly kind: 'shift'; readonly at: number; readonly by: number }
  | { readonly kind: 'copy'; readonly at: number; readonly from: number }

const position = fc.nat(2 ** 30)
const extremes = [-1, 0, 1, 2, 7, 0x7fffffff, -0x80000000, 0x10000, 0x7fff, 1 << 24]
/** Around the limits of what is counted with: 2^63, 2^46, 2^31 and their negatives. */
const wideExtremes = [
  0n,
  1n,
  -1n,
  2n ** 62n,
  2n ** 46n,
  2n ** 46n + 1n,
  2n ** 45n,
  2n ** 31n,
  2n ** 32n,
  -(2n ** 46n),
  -(2n ** 63n),
]

const change: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: position, bit: fc.nat(31) }),
  fc.record({ kind: fc.constant('set' as const), at: position, value: fc.constantFrom(...extremes) }),
  fc.record({ kind: fc.constant('setWide' as const), at: position, value: fc.constantFrom(...wideExtremes) }),
  fc.record({ kind: fc.constant('shift' as const), at: position, by: fc.integer({ min: -3, max: 3 }) }),
  fc.record({ kind: fc.constant('copy' as const), at: position, from: position }),
)

export const damages: { readonly [name: string]: fc.Arbitrary<readonly Damage[]> } = {
  truncated: fc.record({ kind: fc.constant('truncate' as const), at: position }).map((damage) => [damage]),
  'bit-flipped': fc.array(fc.record({ kind: fc.constant('flip' as const), at: position, bit: fc.nat(31) }), {
    minLength: 1,
    maxLength: 3,
  }),
  'out-of-range': fc.array(change, { minLength: 1, maxLength: 4 }),
}

export function damaged(words: Int32Array, changes: readonly Damage[]): Int32Array {
  let result = words.slice()
  for (const damage of changes) {
    const at = damage.at % result.length
    if (damage.kind === 'truncate') result = result.slice(0, at)
    if (damage.kind === 'flip') result[at] ^= 1 << damage.bit
    if (damage.kind === 'set') result[at] = damage.value
    if (damage.kind === 'shift') result[at] += damage.by
    if (damage.kind === 'copy') result[at] = result[damage.from % result.length]
    if (damage.kind === 'setWide') {
      result[at] = Number(BigInt.asIntN(32, damage.value))
      if (at + 1 < result.length) result[at + 1] = Number(BigInt.asIntN(32, damage.value >> 32n))
    }
  }
  return result
}

/** What came of a program in a process of its own. `endless`: still running when patience ended, which loops may. */
export type Outcome = 'refused' | 'accepted' | 'ran' | 'endless' | string

const PATIENCE = 10_000

/** A process that loads and runs programs; a crash is an outcome, and the next program gets a fresh process. */
export class KernelProcess {
  #child: ChildProcess | undefined

  async attempt(build: string, words: Int32Array, run: boolean): Promise<Outcome> {
    const child = this.#child ?? (await this.#start())
    const answer = nextAnswer(child, PATIENCE)
    child.send({ build, words, run, seed: words.length })
    const outcome = await answer
    if (child.exitCode !== null || child.signalCode !== null || !child.connected) this.#child = undefined
    return outcome
  }

  stop(): void {
    this.#child?.kill('SIGKILL')
    this.#child = undefined
  }

  async #start(): Promise<ChildProcess> {
    const script = fileURLToPath(new URL('./kernelProcess.mjs', import.meta.url))
    const child = fork(script, { execArgv: [], serialization: 'advanced' })
    const first = await nextAnswer(child, 10 * PATIENCE)
    if (first !== 'ready') throw new Error(`the process of the kernels did not start: ${first}`)
    this.#child = child
    return child
  }
}

/** The next message of a process, or how it ended. */
function nextAnswer(child: ChildProcess, patience: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const settle = (outcome: Outcome): void => {
      clearTimeout(timer)
      child.off('message', onMessage)
      child.off('exit', onExit)
      resolve(outcome)
    }
    const onMessage = (message: unknown): void => settle(String(message))
    const onExit = (code: number | null, signal: string | null): void => settle(`crashed: ${signal ?? code}`)
    const timer = setTimeout(() => {
      child.off('exit', onExit)
      child.once('exit', () => settle('endless'))
      child.kill('SIGKILL')
    }, patience)
    child.on('message', onMessage)
    child.on('exit', onExit)
  })
}
