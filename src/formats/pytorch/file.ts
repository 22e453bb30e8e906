import { fail } from '../../core/errors.js'
import { ByteReader, damaged } from '../../data/formats/damage.js'
import { openZipPieces, type Zip } from '../../data/formats/zip.js'
import { checkUnpacked } from '../bytes/archive.js'
import { type ByteLocation, type ByteSource, openBytes, readAll } from '../bytes/source.js'
import { bytesFor, decodeRaw, type SafetensorsDType } from '../safetensors/elements.js'
import { TensorFile, type TensorPlace } from '../tensor-file.js'
import { Global, type PickleRules, readPickle } from './pickle.js'
import { callKnown, isKnown, PyTorchTensor, type StorageBytes, storageDType } from './tensors.js'

/** What a file of PyTorch holds: numbers, text, lists, dictionaries as maps, and tensors. */
export type PyTorchValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PyTorchTensor
  | Global
  | readonly PyTorchValue[]
  | ReadonlySet<PyTorchValue>
  | ReadonlyMap<PyTorchValue, PyTorchValue>

/** An open file of PyTorch: its tensors by dotted names, and everything in it as `metadata`. */
export type PyTorchFile = TensorFile<SafetensorsDType, PyTorchValue>

/** The first number of a file before version 1.6. */
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn
const DEEPEST = 64

/**
 * Opens a file that `torch.save` has written (`.pt`, `.pth`, `.bin`): the zip format, and the one before version 1.6. Nothing in
 * it is executed; what is more than tensors, lists, dictionaries, numbers and text is refused by its name.
 *
 * Tensors in nested dictionaries have dotted names: `model.fc.weight`. Their layout is PyTorch's; {@link loadPyTorch} puts them into a model.
 *
 * @throws if the file cannot be read, is damaged, or needs classes that only Python can run
 *
 * Source: PyTorch, "Serialization semantics", 2.5, 2024.
 *
 * @example
 * const list = async (file: string) => (await openPyTorch(file)).names
 */
export async function openPyTorch(location: ByteLocation, name?: string): Promise<PyTorchFile> {
  return openingPyTorch(await openBytes(location, name))
}

/** The file of a source, which is closed with it, or at once if it cannot be read. */
export async function openingPyTorch(source: ByteSource): Promise<PyTorchFile> {
  try {
    return await (isZip(await source.read(0, Math.min(4, source.size), 'beginning'))
      ? readArchive(source)
      : readLegacy(source))
  } catch (error) {
    await source.close()
    throw error
  }
}

export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4

/** Where the bytes of each storage are. */
type Bytes = (storage: StorageBytes) => Promise<Uint8Array>

async function readArchive(source: ByteSource): Promise<PyTorchFile> {
  const { name, size } = source
  const zip = await openZipPieces(source, name)
  checkUnpacked(zip, size, name)
  const pickle = zip.names.find((path) => /^[^/]+\/data\.pkl$/.test(path) || path === 'data.pkl')
  if (pickle === undefined) fail(`${name}: the archive has no data.pkl.`, 'It was not written by torch.save.')
  const folder = pickle.slice(0, -'data.pkl'.length)
  if (zip.names.some((path) => path.startsWith(`${folder}code/`))) {
    fail(`${name}: this is a TorchScript program.`, 'Save its tensors: torch.save(model.state_dict(), file).')
  }
  await checkByteOrder(zip, `${folder}byteorder`, name)
  const storages = new Map<string, StorageBytes>()
  const rules = rulesFor(name, storages, (storage) => {
    const path = `${folder}data/${storage.key}`
    const stored = zip.has(path) ? zip.size(path) : undefined
    if (stored !== storage.length) {
      damaged(name, `storage ${storage.key} has ${stored} bytes instead of ${storage.length}`)
    }
  })
  const { value } = readPickle(new ByteReader(await zip.read(pickle), name), 0, name, rules)
  return fileOf(source, value, (storage) => zip.read(`${folder}data/${storage.key}`))
}

async function checkByteOrder(zip: Zip, path: string, name: string): Promise<void> {
  if (zip.has(path) && new TextDecoder().decode(await zip.read(path)).trim() !== 'little') {
    fail(`${name}: the numbers in it are big-endian.`, 'Save it again on another machine.')
  }
}

/** There is no directory: where tensors lie is known only after all that is before them. */
async function readLegacy(source: ByteSource): Promise<PyTorchFile> {
  const { name } = source
  const bytes = await readAll(source)
  const reader = new ByteReader(bytes, name)
  if (bytes[0] !== 0x80) damaged(name, 'the file was not written by torch.save')
  const storages = new Map<string, StorageBytes>()
  const rules = rulesFor(name, storages, () => {})
  const magic = readPickle(reader, 0, name, rules)
  if (magic.value !== LEGACY_MAGIC) damaged(name, 'the file was not written by torch.save')
  const version = readPickle(reader, magic.end, name, rules)
  if (version.value !== 1001) damaged(name, `version ${version.value} of the format is unknown`)
  const system = readPickle(reader, version.end, name, rules)
  if (system.value instanceof Map && system.value.get('little_endian') === false) {
    fail(`${name}: the numbers in it are big-endian.`, 'Save it again on another machine.')
  }
  const content = readPickle(reader, system.end, name, rules)
  const keys = readPickle(reader, content.end, name, rules)
  if (!Array.isArray(keys.value)) return damaged(name, 'the list of storages is damaged')
  const places = new Map<string, Uint8Array>()
  let at = keys.end
  for (const key of keys.value) {
    const storage = storages.get(String(key))
    if (storage === undefined) return damaged(name, `storage ${key} belongs to no tensor`)
    const count = reader.uint64(at, `length of storage ${key}`)
    if (bytesFor(storage.dtype, [count]) !== storage.length) {
      return damaged(
        name,
        `storage ${key} has ${count} elements instead of ${storage.length / bytesFor(storage.dtype, [1])}`,
      )
    }
    places.set(storage.key, reader.slice(at + 8, storage.length, `storage ${key}`))
    at += 8 + storage.length
  }
  return fileOf(source, content.value, async ({ key }) => places.get(key) ?? damaged(name, `storage ${key} is missing`))
}

/** The rules by which storages, each known by its key, become those of the file. */
function rulesFor(
  name: string,
  storages: Map<string, StorageBytes>,
  check: (storage: StorageBytes) => void,
): PickleRules {
  return {
    allows: isKnown,
    call: (global, args) => callKnown(global, args, name),
    persistent(id) {
      const [kind, type, key, , count, view] = Array.isArray(id) ? id : []
      const dtype = type instanceof Global ? storageDType(type) : undefined
      if (kind !== 'storage' || dtype === undefined || typeof key !== 'string' || !isCount(count)) {
        return damaged(name, 'a storage in the file is damaged')
      }
      if (view !== undefined && view !== null) {
        fail(`${name}: storage ${key} is a view of another one.`, 'Save it again with a newer PyTorch.')
      }
      const known = storages.get(key)
      const storage = known ?? { dtype, key, length: bytesFor(dtype, [count]) }
      if (storage.dtype !== dtype || storage.length !== bytesFor(dtype, [count])) {
        return damaged(name, `storage ${key} has two sizes`)
      }
      if (known === undefined) check(storage)
      storages.set(key, storage)
      return storage
    },
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

/** The tensors of a value by their dotted names. */
function fileOf({ name, size, close }: ByteSource, value: unknown, bytesOf: Bytes): PyTorchFile {
  const places = new Map<string, TensorPlace<SafetensorsDType>>()
  const once = remembering(bytesOf)
  let left = 10_000_000
  const visit = (each: unknown, path: string, depth: number): void => {
    if (depth > DEEPEST)
      fail(`${name}: lists and dictionaries are nested more than ${DEEPEST} deep.`, 'Save tensors only.')
    if (--left < 0) fail(`${name}: lists and dictionaries are shared too often.`, 'Save tensors only.')
    const within = (key: unknown): string => (path === '' ? String(key) : `${path}.${key}`)
    if (each instanceof PyTorchTensor) places.set(path === '' ? 'tensor' : path, placeOf(each, path, name, once))
    else if (each instanceof Map) for (const [key, inner] of each) visit(inner, within(key), depth + 1)
    else if (Array.isArray(each)) for (const [i, inner] of each.entries()) visit(inner, within(i), depth + 1)
  }
  visit(value, '', 0)
  const total = [...places.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  // Views and expanded tensors share elements; a small file must not become a large one.
  if (!(total <= 2 * size + 1e6)) {
    fail(`${name}: the tensors have ${total} bytes in all, in a file of ${size}.`, 'Save tensor.contiguous() of views.')
  }
  return new TensorFile(name, value as PyTorchValue, places, close)
}

/** Tensors that share a storage mostly follow each other: the last one is kept. */
function remembering(bytesOf: Bytes): Bytes {
  let last: { readonly key: string; readonly bytes: Promise<Uint8Array> } | undefined
  return (storage) => {
    if (last?.key !== storage.key) last = { key: storage.key, bytes: bytesOf(storage) }
    return last.bytes
  }
}

function placeOf(tensor: PyTorchTensor, path: string, name: string, bytesOf: Bytes): TensorPlace<SafetensorsDType> {
  const { dtype, shape, bytes, storage } = tensor
  const raw = async () => tensor.gather(await bytesOf(storage))
  return { dtype, shape, bytes, raw, read: async () => decodeRaw(await raw(), path, name) }
}
