import { notRun, type StartedRun } from '../backend.js'
import type { ThreadExports, WasmHeap } from './module.js'
import type { WasmPool } from './pool.js'

/** `Order` in `kernels/hosts/wasm-threads.h`: program, kind, counts, five numbers of a failure; behind it addresses and orders. */
const PROGRAM = 0
const KIND = 1
const ADDRESS_COUNT = 2
const AFTER_COUNT = 3
const FAILED_BYTE = 16
const ORDER_BYTES = 56
/** Somewhat less than the ring holds. */
const MAX_ORDERS = 200

/** A program that was handed to the servant. */
export class WasmRun implements StartedRun {
  /** The number of orders that are finished when this one is; 0 for one that was never handed over. */
  number = 0
  settledKind: number | undefined
  resolve: (() => void) | undefined
  #done: Promise<void> | undefined

  constructor(
    readonly orders: WasmOrders,
    readonly failure: Float64Array,
    /** Where the order lies. */
    readonly address: number,
  ) {}

  get kind(): number | undefined {
    if (this.settledKind === undefined) {
      this.orders.collect()
      if (this.settledKind === undefined) this.orders.checkThreads()
    }
    return this.settledKind
  }

  get done(): Promise<void> {
    this.#done ??= new Promise((resolve) => {
      this.resolve = resolve
      if (this.settledKind === undefined) this.orders.tell()
      else resolve()
    })
    return this.#done
  }
}

/** The programs that the servant has to run, oldest first, and what may be released behind them. */
export class WasmOrders {
  readonly #unfinished: WasmRun[] = []
  readonly #later: { readonly number: number; readonly address: number }[] = []
  #submitted = 0

  constructor(
    readonly heap: WasmHeap<ThreadExports>,
    readonly pool: WasmPool,
  ) {}

  get isIdle(): boolean {
    return this.#unfinished.length === 0
  }

  start(program: number, addresses: Float64Array, failure: Float64Array, after: readonly StartedRun[]): WasmRun {
    this.collect()
    this.checkThreads()
    const before = after.filter(({ kind }) => kind === undefined) as WasmRun[]
    if (after.some(({ kind }) => kind !== undefined && kind !== 0)) {
      const run = new WasmRun(this, failure, 0)
      run.settledKind = notRun
      return run
    }
    this.pool.startServant()
    if (this.#unfinished.length >= MAX_ORDERS) this.wait(this.#unfinished[0])
    const { heap } = this
    const bytes = ORDER_BYTES + addresses.byteLength + 4 * before.length
    const address = heap.take(bytes)
    const buffer = heap.buffer(address + bytes)
    const words = new Int32Array(buffer, address, bytes >> 2)
    words[PROGRAM] = program
    words[KIND] = notRun
    words[ADDRESS_COUNT] = addresses.length
    words[AFTER_COUNT] = before.length
    before.forEach((run, i) => {
      words[(ORDER_BYTES + addresses.byteLength) / 4 + i] = run.address
    })
    new Float64Array(buffer, address + ORDER_BYTES, addresses.length).set(addresses)
    const run = new WasmRun(this, failure, address)
    run.number = this.#submitted = heap.exports.submit(address)
    this.#unfinished.push(run)
    return run
  }

  wait(run: StartedRun): void {
    if (!(run instanceof WasmRun) || run.settledKind !== undefined) return
    this.heap.exports.waitFor(run.number)
    this.collect()
    if (run.settledKind === undefined) this.checkThreads()
  }

  /** Throws if a thread has stopped, so that what is unfinished stays so. */
  checkThreads(): void {
    if (this.heap.exports.isLost() === 0) return
    throw new Error(`wasm backend: a thread of the kernels has stopped: ${this.pool.reason ?? 'it ran into an error'}`)
  }

  /** Takes note of what is finished. */
  collect(): void {
    if (this.#unfinished.length === 0) return
    const finished = this.heap.exports.finished(0)
    while (this.#unfinished.length > 0 && isReached(finished, this.#unfinished[0].number)) this.#settle()
    while (this.#later.length > 0 && isReached(finished, this.#later[0].number)) {
      const [{ address }] = this.#later.splice(0, 1)
      this.heap.exports.release(address)
    }
    if (this.heap.exports.isLost() !== 0) for (const { resolve } of this.#unfinished) resolve?.()
  }

  /** Sees to it that a message comes when the next order is finished, as long as somebody waits for one. */
  tell(): void {
    this.heap.exports.finished(1)
    this.collect()
    this.pool.keepAlive(this.#hasWaiters())
  }

  /** A message has come. */
  hear(): void {
    this.collect()
    if (this.#hasWaiters()) this.tell()
    else this.pool.keepAlive(false)
  }

  /** Releases a block as soon as nothing that is under way can use it. */
  releaseLater(address: number): void {
    if (this.#unfinished.length === 0) this.heap.exports.release(address)
    else this.#later.push({ number: this.#submitted, address })
  }

  #hasWaiters(): boolean {
    return this.heap.exports.isLost() === 0 && this.#unfinished.some(({ resolve }) => resolve !== undefined)
  }

  #settle(): void {
    const [run] = this.#unfinished.splice(0, 1)
    const { buffer } = this.heap.memory
    run.settledKind = new Int32Array(buffer, run.address, 2)[KIND]
    if (run.settledKind > 0) run.failure.set(new Float64Array(buffer, run.address + FAILED_BYTE, 5))
    // Orders under way may look at the kind.
    this.releaseLater(run.address)
    run.resolve?.()
  }
}

/** Numbers start again after 2³². */
const isReached = (finished: number, number: number): boolean => ((finished - number) | 0) >= 0
