import { expectChoice } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape, sameShape } from '../../core/shape.js'
import { isPlainObject } from '../../core/tree.js'
import type { Module } from '../../nn/module.js'
import type { State, StoredValue } from '../../nn/state.js'
import type { WeightReport } from '../../nn/surgery/weight-report.js'
import type { ByteLocation } from '../bytes/source.js'
import { TensorFile } from '../tensor-file.js'
import { type LoadWeightsOptions, loadWeights, type WeightRule, type WeightSource } from '../weights/load.js'
import { openPyTorch } from './file.js'
import { type Flattened, PyTorchNames } from './names.js'

export interface LoadPyTorchOptions extends LoadWeightsOptions {
  /** The part of the file that holds the state dict, such as 'ema.model'; found by its usual names. */
  readonly part?: string
  /** What a tensor of the file is called in the model, in PyTorch's spelling: by a function, or beginnings and what replaces them. */
  readonly rename?: ((name: string) => string) | Readonly<Record<string, string>>
  /** 'order': the names are of no account; tensors follow each other as the model's variables do. Shapes are compared. 'names'. */
  readonly match?: 'names' | 'order'
  /**
   * The channels of the pictures that linear layers take flattened, by their paths; false for those that take none. Known by itself
   * where an `nn.flatten()` stands before the layer.
   */
  readonly flattened?: Flattened
}

/**
 * Puts the weights of a PyTorch state dict into a model of the same structure: kernels and matrices have their channels last here,
 * gates of lstm and gru, statistics of batch normalisation and the projections of attention other names. All or nothing.
 *
 * The names are PyTorch's for the same structure: properties by their names (in Python's spelling too), layers of `nn.sequential` by their
 * numbers, `weight_ih_l0`, `running_mean`, `in_proj_weight` …
 *
 * @param from a file of `torch.save`, or the tensors of any other in PyTorch's names and layout, such as `await readSafetensors(file)`
 * @returns what became of each tensor; as text, a line for each
 * @throws if the file cannot be read, if something in it does not fit, or is missing or left over (unless `partial`)
 * @example
 * const net = nn.sequential(nn.linear(2, 1))
 * const load = async (file: string) => console.log(String(await loadPyTorch(net, file)))
 */
export async function loadPyTorch(
  model: Module,
  from: ByteLocation | TensorFile | State,
  options: LoadPyTorchOptions = {},
): Promise<WeightReport> {
  checkOptions<LoadPyTorchOptions>('loadPyTorch', options, {
    ...{ part: true, rename: true, match: true, flattened: true, partial: true },
  })
  expectChoice('loadPyTorch', 'match', options.match ?? 'names', ['names', 'order'])
  if (isPlainObject(from)) return load(model, sourceOf(from as State, options), options)
  const file = from instanceof TensorFile ? from : await openPyTorch(from as ByteLocation)
  try {
    return await load(model, sourceOf(file, options), options)
  } finally {
    if (file !== from) await file.close()
  }
}

function load(model: Module, source: WeightSource, options: LoadPyTorchOptions): Promise<WeightReport> {
  const { match = 'names', flattened = {} } = options
  const { rules, doubtful } = new PyTorchNames(model, source.names, flattened)
  if (doubtful.length > 0) {
    const [{ path, channels }] = doubtful
    const answers = doubtful.map((each) => `'${each.path}': ${each.channels}`).join(', ')
    fail(
      `loadPyTorch: whether '${path}' takes pictures of ${channels} channels, flattened, is not known, and PyTorch flattens them in another order.`,
      `Say so with { flattened: { ${answers} } }, or with false for those that do not.`,
    )
  }
  const ordered = match === 'order' ? inOrder(rules, source) : rules
  return loadWeights('loadPyTorch', model, ordered, source, options)
}

function sourceOf(file: TensorFile | State, options: LoadPyTorchOptions): WeightSource {
  if (!(file instanceof TensorFile)) {
    const read = async (name: string): Promise<StoredValue> => file[name]
    return renamed('the state', Object.keys(file), (name) => file[name].shape, read, options)
  }
  const { part = partOf(file) } = options
  const prefix = part === '' ? '' : `${part}.`
  const names = file.names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
  if (names.length === 0) {
    fail(
      `loadPyTorch: ${file.name} has no tensors in '${part}'`,
      `It has ${file.names.slice(0, 8).join(', ') || 'none'}.`,
    )
  }
  const shapeOf = (name: string): readonly number[] => file.info(prefix + name).shape
  return renamed(file.name, names, shapeOf, (name) => file.read(prefix + name), options)
}

/** What the dictionary of the weights is mostly called, where it is one of several. */
const usual = [
  'state_dict',
  'model_state_dict',
  'model_state',
  'model',
  'net',
  'network',
  'weights',
  'params_ema',
  'params',
]

function partOf({ metadata, name, names }: TensorFile): string {
  if (!(metadata instanceof Map)) return ''
  const parts = [...metadata.keys()].map(String)
  if (parts.some((part) => names.includes(part))) return ''
  const found = usual.find(
    (part) => metadata.get(part) instanceof Map && names.some((each) => each.startsWith(`${part}.`)),
  )
  if (found !== undefined) return found
  const nested = parts.filter((part) => metadata.get(part) instanceof Map)
  if (nested.length === 0) return ''
  return nested.length === 1
    ? nested[0]
    : fail(`loadPyTorch: ${name} has several parts: ${nested.join(', ')}`, `Choose one: { part: '${nested[0]}' }.`)
}

/** The tensors by the names that the model should have for them. Counters of batches are of no use. */
function renamed(
  file: string,
  given: readonly string[],
  shapeOf: (name: string) => readonly number[],
  read: (name: string) => Promise<StoredValue>,
  { rename }: LoadPyTorchOptions,
): WeightSource {
  const kept = given.filter((name) => !/(^|\.)num_batches_tracked$/.test(name))
  // DataParallel and torch.compile wrap the whole model.
  const wrapper = ['module.', '_orig_mod.'].find(
    (each) => kept.length > 0 && kept.every((name) => name.startsWith(each)),
  )
  const originals = new Map<string, string>()
  for (const name of kept) {
    const plain = wrapper === undefined ? name : name.slice(wrapper.length)
    const called = renamer(rename)(plain)
    const other = originals.get(called)
    if (other !== undefined)
      fail(`loadPyTorch: '${other}' and '${name}' are both renamed to '${called}'`, 'Check rename.')
    originals.set(called, name)
  }
  const original = (name: string): string => originals.get(name) ?? name
  return {
    name: file,
    names: [...originals.keys()],
    shapeOf: (name) => shapeOf(original(name)),
    read: (name) => read(original(name)),
  }
}

function renamer(rename: LoadPyTorchOptions['rename']): (name: string) => string {
  if (typeof rename === 'function') return rename
  const beginnings = Object.entries(rename ?? {}).sort(([a], [b]) => b.length - a.length)
  return (name) => {
    const found = beginnings.find(([beginning]) => name.startsWith(beginning))
    return found === undefined ? name : found[1] + name.slice(found[0].length)
  }
}

/** The rules with the names that tensors in the same order have. */
function inOrder(rules: readonly WeightRule[], { name, names, shapeOf }: WeightSource): WeightRule[] {
  // Several variables may be parts of one tensor.
  const wanted = [...new Set(rules.map((rule) => rule.name))]
  if (wanted.length !== names.length) {
    fail(
      `loadPyTorch: ${name} has ${names.length} tensors, the model takes ${wanted.length}`,
      'Only models of the same structure can be filled in order.',
    )
  }
  const called = new Map(wanted.map((each, i) => [each, names[i]]))
  const named = rules.map((rule) => ({ ...rule, name: called.get(rule.name) ?? rule.name }))
  const wrong = named.find((rule) => !sameShape(shapeOf(rule.name), rule.shape))
  if (wrong !== undefined) {
    fail(
      `loadPyTorch: in order, '${wrong.name}' ${formatShape(shapeOf(wrong.name))} would come to '${wrong.path}', which takes ${formatShape(wrong.shape)}`,
      'Match names instead.',
    )
  }
  return named
}
