import { fail } from '../core/errors.js'
import { didYouMean } from '../core/suggestion.js'
import type { State, StoredValue } from '../nn/state.js'

/** A tensor as it lies in a file. */
export interface RawTensor<DType extends string = string> {
  /** What the format calls its elements. */
  readonly dtype: DType
  readonly shape: readonly number[]
  /** Row-major, little-endian. */
  readonly bytes: Uint8Array
}

/** What a file says of a tensor, and how it is read. */
export interface TensorPlace<DType extends string = string> {
  readonly dtype: DType
  readonly shape: readonly number[]
  /** How many bytes it takes in the file. */
  readonly bytes: number
  /** Its bytes as they lie in the file. */
  raw(): Promise<RawTensor<DType>>
  /** Its values. */
  read(): Promise<StoredValue>
}

/** An open file of named tensors, each of which is read when it is asked for. */
export class TensorFile<DType extends string = string, Metadata = unknown> {
  /** What to call it in messages. */
  readonly name: string
  /** What the writer has noted beside the tensors. */
  readonly metadata: Metadata
  readonly #places: ReadonlyMap<string, TensorPlace<DType>>
  readonly #close: () => Promise<void>

  constructor(
    name: string,
    metadata: Metadata,
    places: ReadonlyMap<string, TensorPlace<DType>>,
    close: () => Promise<void> = async () => {},
  ) {
    this.name = name
    this.metadata = metadata
    this.#places = places
    this.#close = close
  }

  /** The names of the tensors, in the order of the file. */
  get names(): readonly string[] {
    return [...this.#places.keys()]
  }

  /** Whether there is a tensor of this name. */
  has(path: string): boolean {
    return this.#places.has(path)
  }

  /** What the file calls the elements of a tensor, its shape, and how many bytes it takes. Throws if there is none of the name. */
  info(path: string): { readonly dtype: DType; readonly shape: readonly number[]; readonly bytes: number } {
    const { dtype, shape, bytes } = this.#place(path)
    return { dtype, shape, bytes }
  }

  /**
   * Reads one tensor. 16-bit floats are given as float32, as in the state of a module; integers of 8 and 16 bits become int32; those of
   * 64 bits become int32 or uint32, if all fit.
   *
   * Throws if there is none of the name, or no dtype of ours holds its elements.
   */
  read(path: string): Promise<StoredValue> {
    return this.#place(path).read()
  }

  /** Reads one tensor as it lies in the file. Throws if there is none of the name. */
  raw(path: string): Promise<RawTensor<DType>> {
    return this.#place(path).raw()
  }

  /** All tensors, or those that are named, as `loadState` takes them. */
  async state(names: Iterable<string> = this.names): Promise<State> {
    const entries: (readonly [string, StoredValue])[] = []
    for (const name of names) entries.push([name, await this.read(name)])
    return Object.fromEntries(entries)
  }

  /** Closes the file; what has been read stays. */
  close(): Promise<void> {
    return this.#close()
  }

  /** Closes the file at the end of a block with `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #place(path: string): TensorPlace<DType> {
    const place = this.#places.get(path)
    if (place !== undefined) return place
    const names = this.names
    fail(`${this.name}: there is no tensor '${path}'.`, didYouMean(path, names) || `There are ${names.length} others.`)
  }
}
