import type { Handle, Kernels, Memory, StartedRun } from '../../src/backends/cpu/backend.js'
import { notRun } from '../../src/backends/cpu/backend.js'
import type { TypedArray } from '../../src/core/dtype.js'

/** A run that is over when the test says so. */
export class FakeRun implements StartedRun {
  kind: number | undefined
  #resolve: () => void = () => {}
  readonly done = new Promise<void>((resolve) => {
    this.#resolve = resolve
  })

  constructor(
    readonly failure: Float64Array,
    readonly after: readonly StartedRun[],
  ) {}

  finish(kind = 0): void {
    const isHindered = this.after.some((run) => run.kind !== 0)
    this.kind = isHindered ? notRun : kind
    this.failure.set([this.kind, -1, 7, 5, 0])
    this.#resolve()
  }
}

/** Kernels that compute nothing and finish runs when they are told to, or when somebody blocks for them. */
export class FakeKernels implements Kernels {
  readonly name = 'native'
  readonly isa = 'none'
  readonly threads = 1
  readonly unfinished: FakeRun[] = []
  /** What happened, in order. */
  readonly log: string[] = []
  mostUnfinished = 0

  load(): Handle {
    return {}
  }

  run(): number {
    this.log.push(`run here, ${this.unfinished.length} unfinished`)
    return 0
  }

  start(_: Handle, _addresses: Float64Array, failure: Float64Array, after: readonly StartedRun[]): StartedRun {
    const run = new FakeRun(failure, after)
    this.unfinished.push(run)
    this.mostUnfinished = Math.max(this.mostUnfinished, this.unfinished.length)
    this.log.push('start')
    return run
  }

  wait(run: StartedRun): void {
    this.log.push('wait')
    while (run.kind === undefined) this.finishFirst()
  }

  finishFirst(kind = 0): void {
    this.unfinished.shift()?.finish(kind)
  }

  allocate(bytes: number): Memory {
    const buffer = new ArrayBuffer(bytes)
    return { address: 0, target: 0, bytes: () => ({ buffer, offset: 0 }) }
  }

  adopt(data: TypedArray): Memory {
    return { address: 0, target: 0, bytes: () => ({ buffer: data.buffer, offset: data.byteOffset }) }
  }
}
