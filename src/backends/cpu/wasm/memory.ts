import type { TypedArray } from '../../../core/dtype.js'
import type { Memory } from '../backend.js'
import type { WasmHeap } from './module.js'

/** Where blocks of the heap come from and go to. */
export interface Blocks {
  readonly heap: WasmHeap
  /** Releases a block when `owner` is collected. */
  releaseWith(owner: object, address: number, bytes: number): void
  /** Releases a block behind the programs that are under way. */
  releaseLater(address: number): void
  /** Called with what is on the heap for the next program only. */
  onStage(memory: UploadedMemory): void
}

/** A block on the heap of the module. */
export class HeapMemory implements Memory {
  /** As large as the block, and never touched: tells the garbage collector how much hangs on this object. */
  readonly ballast: ArrayBuffer | undefined

  constructor(
    readonly blocks: Blocks,
    readonly length: number,
    readonly address: number = blocks.heap.take(length),
  ) {
    blocks.releaseWith(this, address, length)
    this.ballast = length < 16_384 ? undefined : new ArrayBuffer(length)
  }

  get target(): number {
    return this.address
  }

  bytes(): { readonly buffer: ArrayBufferLike; readonly offset: number } {
    return { buffer: this.blocks.heap.buffer(this.address + this.length), offset: this.address }
  }
}

/**
 * Elements from the host. They come to the heap for the first program that uses them and leave it afterwards: most are a batch, and
 * a loop without turns of the event loop would fill the heap with those. What is used again, or written to, comes to stay.
 */
export class UploadedMemory implements Memory {
  #data: Uint8Array
  #wasUsed = false
  #staged = 0
  #block: HeapMemory | undefined

  constructor(
    readonly blocks: Blocks,
    data: TypedArray,
  ) {
    this.#data = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  }

  get address(): number {
    if (this.#block !== undefined) return this.#block.address
    if (this.#staged !== 0) return this.#staged
    const address = this.#copy()
    if (this.#wasUsed) return this.#stay(address)
    this.#staged = address
    this.blocks.onStage(this)
    return address
  }

  get target(): number {
    if (this.#block !== undefined) return this.#block.address
    return this.#stay(this.#staged === 0 ? this.#copy() : this.#staged)
  }

  bytes(): { readonly buffer: ArrayBufferLike; readonly offset: number } {
    if (this.#block !== undefined) return this.#block.bytes()
    return { buffer: this.#data.buffer, offset: this.#data.byteOffset }
  }

  /** The program that it was staged for has been handed over. */
  unstage(): void {
    if (this.#staged !== 0) this.blocks.releaseLater(this.#staged)
    this.#staged = 0
    this.#wasUsed = true
  }

  #stay(address: number): number {
    this.#block = new HeapMemory(this.blocks, this.#data.length, address)
    this.#data = new Uint8Array(0)
    this.#staged = 0
    return address
  }

  #copy(): number {
    const { heap } = this.blocks
    const address = heap.take(this.#data.length)
    new Uint8Array(heap.buffer(address + this.#data.length), address, this.#data.length).set(this.#data)
    return address
  }
}
