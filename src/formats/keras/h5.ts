import { expectFunction } from '../../core/arguments.js'
import type { TypedArray } from '../../core/dtype.js'
import { fail, ShapewiseError } from '../../core/errors.js'
import { sizeOf } from '../../core/shape.js'
import { damaged } from '../../data/formats/damage.js'
import type { StoredValue } from '../../nn/state.js'

/** An array in an HDF5 file. */
export interface H5Dataset {
  readonly path: string
  readonly shape: readonly number[]
  /** As NumPy writes it, such as `<f4`. */
  readonly dtype: string
  read(): StoredValue
}

/** An open HDF5 file. */
export interface H5File {
  readonly name: string
  /** By their paths, without a slash before. */
  readonly datasets: ReadonlyMap<string, H5Dataset>
  /** An attribute of text, or a list of them. */
  attribute(path: string, name: string): string | readonly string[] | undefined
  close(): void
}

/** What is used of the package `h5wasm`. */
interface Library {
  readonly ready: Promise<Platform>
  readonly File: new (path: string, mode: 'r') => Group & { close(): void }
}
interface Platform {
  readonly FS: {
    writeFile(path: string, bytes: Uint8Array, options: { canOwn: boolean }): void
    unlink(path: string): void
  }
  activate_throwing_error_handler(): void
}
interface Group {
  readonly type: string
  keys(): string[]
  get(path: string): Entity | null
  readonly attrs: Readonly<Record<string, { readonly metadata: Metadata; readonly value: unknown }>>
}
interface Metadata {
  readonly shape: readonly number[] | null
  readonly size: number
}
type Entity = Group & {
  readonly shape?: readonly number[] | null
  readonly dtype?: unknown
  readonly metadata?: Metadata
  readonly value?: unknown
}

/** What opens like an HDF5 file. */
export const isH5 = (bytes: Uint8Array): boolean =>
  [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => bytes[i] === byte)

const DEEPEST = 16
const MOST_ENTRIES = 100_000

let opened = 0

/** Opens an HDF5 file by the optional package `h5wasm`. Throws, naming `name`, if it is damaged. */
export async function openH5(bytes: Uint8Array, name: string): Promise<H5File> {
  if (!isH5(bytes)) damaged(name, 'the file does not open like an HDF5 file')
  const { library, platform } = await loadPackage()
  const path = `/shapewise-${opened++}.h5`
  const told = <T>(action: () => T): T => {
    try {
      return action()
    } catch (error) {
      if (error instanceof ShapewiseError) throw error
      return damaged(name, `the HDF5 file cannot be read (${reasonOf(error)})`)
    }
  }
  let file: InstanceType<Library['File']> | undefined
  const close = (): void => {
    try {
      told(() => file?.close())
    } finally {
      platform.FS.unlink(path)
    }
  }
  // Not copied: nobody writes.
  platform.FS.writeFile(path, bytes, { canOwn: true })
  try {
    const root = told(() => new library.File(path, 'r'))
    file = root
    const datasets = told(() => datasetsIn(root, name, bytes.length, told))
    const attribute = (at: string, key: string) =>
      told(() => attributeOf(at === '' ? root : root.get(at), key, bytes.length))
    return { name, datasets, attribute, close }
  } catch (error) {
    close()
    throw error
  }
}

/** The innermost of the causes that the library lists. */
const reasonOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error)
  return [...text.matchAll(/\(\): (.+)/g)].at(-1)?.[1] ?? text.split('\n')[0]
}

function datasetsIn(root: Group, name: string, size: number, told: <T>(action: () => T) => T): Map<string, H5Dataset> {
  const datasets = new Map<string, H5Dataset>()
  let left = MOST_ENTRIES
  const visit = (group: Group, path: string, depth: number): void => {
    // Links may lead in circles.
    if (depth > DEEPEST) damaged(name, `groups are nested more than ${DEEPEST} deep`)
    for (const key of group.keys()) {
      if (--left < 0) damaged(name, `there are more than ${MOST_ENTRIES} entries`)
      const entity = group.get(key)
      const at = path === '' ? key : `${path}/${key}`
      if (entity?.type === 'Group') visit(entity, at, depth + 1)
      else if (entity?.type === 'Dataset') datasets.set(at, datasetOf(entity, at, name, size, told))
    }
  }
  visit(root, '', 0)
  return datasets
}

function datasetOf(
  entity: Entity,
  path: string,
  name: string,
  size: number,
  told: <T>(action: () => T) => T,
): H5Dataset {
  const shape = [...(entity.shape ?? [])].map(Number)
  const dtype = String(entity.dtype)
  const read = (): StoredValue => {
    // Compressed weights hardly get smaller.
    if (!(sizeOf(shape) * (entity.metadata?.size ?? 8) <= 4 * size + 1e6)) {
      damaged(name, `'${path}' claims to have [${shape.join(', ')}] elements, in a file of ${size} bytes`)
    }
    const value = told(() => entity.value)
    const data = typeof value === 'number' ? new Float64Array([value]) : value
    if (!ArrayBuffer.isView(data) || (data as TypedArray).length !== sizeOf(shape)) {
      return damaged(name, `'${path}' has not as many elements as its shape says`)
    }
    if (data instanceof Float32Array || data instanceof Float64Array) {
      return { dtype: data instanceof Float32Array ? 'float32' : 'float64', shape, data: data.slice() }
    }
    const whole = Int32Array.from(data as TypedArray, Number)
    if (whole.every((each, i) => each === Number((data as TypedArray)[i])))
      return { dtype: 'int32', shape, data: whole }
    return fail(`${name}: '${path}' has elements of type ${dtype}.`, 'Weights are numbers of 32 or 64 bits.')
  }
  return { path, shape, dtype, read }
}

function attributeOf(entity: Entity | Group | null, key: string, size: number): string | readonly string[] | undefined {
  const attributes = entity?.attrs
  if (attributes === undefined || !Object.hasOwn(attributes, key)) return undefined
  const attribute = attributes[key]
  const { shape, size: each } = attribute.metadata
  if (!(sizeOf(shape ?? []) * each <= 4 * size + 1e6)) return undefined
  const { value } = attribute
  if (typeof value === 'string') return value
  return Array.isArray(value) && value.every((text) => typeof text === 'string') ? value : undefined
}

let loaded: Promise<{ readonly library: Library; readonly platform: Platform }> | undefined

function loadPackage(): Promise<{ readonly library: Library; readonly platform: Platform }> {
  loaded ??= load()
  return loaded
}

let importPackage = (): Promise<unknown> => {
  // Not a literal, so that bundlers and the compiler leave a package alone that need not be there.
  const name: string = 'h5wasm'
  return import(/* @vite-ignore */ name)
}

/**
 * Says where the package `h5wasm`, by which files of Keras are read, comes from. Needed in pages that a bundler makes: it takes in what is
 * imported by a literal name only. Elsewhere the package is found by itself.
 *
 * @param load imports it; called when it is first needed
 * @example provideH5wasm(() => import('h5wasm'))
 */
export function provideH5wasm(load: () => Promise<unknown>): void {
  expectFunction('provideH5wasm', 'what imports it', load)
  importPackage = load
  loaded = undefined
}

async function load(): Promise<{ readonly library: Library; readonly platform: Platform }> {
  try {
    const library = (await importPackage()) as Library
    const platform = await library.ready
    platform.activate_throwing_error_handler()
    return { library, platform }
  } catch (error) {
    loaded = undefined
    return fail(`HDF5 files need the package h5wasm (${reasonOf(error)}).`, 'npm install h5wasm')
  }
}
