import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** From the ground up. */
const floors: readonly (readonly string[])[] = [
  ['core'],
  ['graph'],
  ['operations'],
  ['transform'],
  ['compiler'],
  ['backends'],
  ['tensor'],
  ['nn', 'optim', 'data', 'metrics', 'distributions', 'projections', 'plot'],
  ['formats'],
  ['train'],
  ['models'],
  ['recipes'],
  ['automatic'],
  ['studio'],
  ['cli'],
]
const levelOf = new Map(floors.flatMap((names, level) => names.map((name): [string, number] => [name, level])))

/** Floors of one level do not know each other, but for these: optimizers update the parameters of modules. */
const neighbours: { readonly [floor: string]: readonly string[] } = { optim: ['nn'] }

/** Floors that see less than all below them. */
const only: { readonly [floor: string]: readonly string[] } = {
  data: ['core', 'tensor', 'distributions'],
  plot: ['core'],
}

const MAX_LINES = 500
const WISHED_LINES = 400
const MAX_FILES = 18
/** Folders that hold more for a reason, and how much. */
const crowded: { readonly [folder: string]: number } = {
  // One file for each family of primitives beside the routines that they use.
  'src/backends/reference': 20,
  // One file for each function on types.
  'src/tensor/types': 21,
}

interface Import {
  readonly from: string
  readonly to: string
  /** Erased by the compiler. */
  readonly type: boolean
  readonly dynamic: boolean
}

const sourceFiles = (folder: string, endings = /\.ts$/): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => endings.test(name))
    .map((name) => `${folder}/${name.split(sep).join('/')}`)
    .sort()

const files = sourceFiles('src')
const textOf = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]))

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')

/** What a file imports: files of the package by path, anything else by name. */
function importsOf(file: string): Import[] {
  const text = withoutComments(textOf.get(file) ?? '')
  const found: Import[] = []
  for (const [, clause, name] of text.matchAll(/^(?:import|export)\b([^'"`;]*?)\bfrom\s+['"]([^'"]+)['"]/gm)) {
    // Names marked one by one leave an empty import behind, which still loads the file; only this form is erased.
    const type = /^\s*type\b/.test(clause)
    found.push({ from: file, to: resolve(file, name), type, dynamic: false })
  }
  for (const [, name] of text.matchAll(/^import\s+['"]([^'"]+)['"]/gm)) {
    found.push({ from: file, to: resolve(file, name), type: false, dynamic: false })
  }
  for (const [, name] of text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) {
    found.push({ from: file, to: resolve(file, name), type: false, dynamic: true })
  }
  return found
}

function resolve(file: string, name: string): string {
  if (name === 'shapewise') return 'src/index.ts'
  if (name.startsWith('shapewise/')) return `src/${name.slice('shapewise/'.length)}/index.ts`
  if (!name.startsWith('.')) return name
  return normalize(join(dirname(file), name))
    .split(sep)
    .join('/')
    .replace(/\.js$/, '.ts')
}

const imports = files.flatMap(importsOf)
const inPackage = imports.filter(({ to }) => to.startsWith('src/'))

/** The floor of a file: its folder in src; the public entry is the top of `tensor`. */
const floorOf = (file: string): string => (file === 'src/index.ts' ? 'tensor' : file.split('/')[1])

it('finds all imports', () => {
  const written = [...textOf.values()].flatMap(
    (text) => withoutComments(text).match(/\bfrom ['"]\.|\bimport\(['"]\./g) ?? [],
  )
  const relative = imports.filter(({ to }) => to.startsWith('src/'))
  const selfImports = [...textOf.values()].flatMap(
    (text) => text.match(/^(import|export)\b[^'"`;]*from 'shapewise/gm) ?? [],
  )
  expect(relative.length).toBe(written.length + selfImports.length)
})

describe('floors', () => {
  it('all have a level', () => {
    const unknown = [...new Set(files.map(floorOf))].filter((floor) => !levelOf.has(floor))
    expect(unknown).toEqual([])
  })

  it('import only what lies below them', () => {
    const upward = inPackage.filter(({ from, to }) => {
      const [floor, target] = [floorOf(from), floorOf(to)]
      if (floor === target) return false
      if (only[floor] !== undefined) return !only[floor].includes(target)
      if (neighbours[floor]?.includes(target)) return false
      return (levelOf.get(target) ?? 0) >= (levelOf.get(floor) ?? 0)
    })
    expect(upward.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })

  it('know of the compiler and the graph only what they need: backends do not optimize', () => {
    const passes = /^src\/compiler\/(simplify|algebra|fold|deduplicate|inner|rewrite)\.ts$/
    const wrong = inPackage.filter(({ from, to }) => floorOf(from) === 'backends' && passes.test(to))
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })

  it('import files that exist', () => {
    const missing = inPackage.filter(({ to }) => !textOf.has(to))
    expect(missing.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })
})

describe('platform modules', () => {
  const isNode = ({ to }: Import): boolean => to.startsWith('node:')
  const allowed = ['src/cli/', 'src/studio/', 'src/automatic/', 'src/recipes/', 'src/backends/cpu/']

  it('of Node appear only in the command line and what it trains, recipes, the native backend, and in data, formats and train, where they load when needed', () => {
    const wrong = imports.filter((each) => {
      if (!isNode(each) || each.type || allowed.some((folder) => each.from.startsWith(folder))) return false
      return !(/^src\/(data|formats|train)\//.test(each.from) && each.dynamic)
    })
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })

  it('are never named without the prefix node:', () => {
    const bare = [
      'fs',
      'path',
      'os',
      'url',
      'crypto',
      'zlib',
      'worker_threads',
      'child_process',
      'util',
      'stream',
      'process',
    ]
    const wrong = imports.filter(({ to }) => bare.includes(to.split('/')[0]))
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })

  /** Packages that a room stands on. */
  const needed: { readonly [folder: string]: readonly string[] } = {
    'src/formats/onnx/file/': ['@bufbuild/protobuf/wire'],
    'src/formats/tensorboard/': ['@bufbuild/protobuf/wire'],
    'src/plot/': ['d3-contour', 'd3-scale', 'd3-shape'],
    'src/studio/': ['@hono/node-server', '@hono/node-server/serve-static', 'hono', 'hono/body-limit', 'ws'],
  }

  it('of others serve the command line only, but for those that a room stands on', () => {
    const packages = imports.filter(({ to }) => !to.startsWith('src/') && !to.startsWith('node:'))
    const isNeeded = ({ from, to }: Import): boolean =>
      Object.entries(needed).some(([folder, names]) => from.startsWith(folder) && names.includes(to))
    const wrong = packages.filter((each) => !each.from.startsWith('src/cli/') && !isNeeded(each))
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })
})

describe('cycles', () => {
  /**
   * Circles of imports that stay, each file named with the reason. Types are erased and do not count: `Tensor` and its methods
   * know each other by type only.
   */
  const allowed: readonly (readonly string[])[] = [
    // A program runs on storages, and the backend makes programs.
    ['src/backends/reference/index.ts', 'src/backends/reference/program.ts'],
  ]

  it('are those listed, and no others', () => {
    const found = circles(inPackage.filter(({ type, dynamic }) => !type && !dynamic))
    expect(found).toEqual(allowed)
  })
})

/** The strongly connected parts of more than one file (Tarjan, "Depth-first search and linear graph algorithms", 1972). */
function circles(edges: readonly Import[]): string[][] {
  const targets = new Map<string, string[]>()
  for (const { from, to } of edges) targets.set(from, [...(targets.get(from) ?? []), to])
  const order = new Map<string, number>()
  const open: string[] = []
  const found: string[][] = []
  const visit = (file: string): number => {
    const own = order.size
    order.set(file, own)
    let low = own
    open.push(file)
    for (const target of targets.get(file) ?? []) {
      if (!order.has(target)) low = Math.min(low, visit(target))
      else if (open.includes(target)) low = Math.min(low, order.get(target) ?? low)
    }
    if (low === own) {
      const part = open.splice(open.indexOf(file))
      if (part.length > 1 || targets.get(file)?.includes(file)) found.push(part.sort())
    }
    return low
  }
  for (const file of targets.keys()) if (!order.has(file)) visit(file)
  return found.sort((a, b) => (a[0] < b[0] ? -1 : 1))
}

describe('sizes', () => {
  it(`no file has more than ${MAX_LINES} lines; those above ${WISHED_LINES} are named`, () => {
    const lines = new Map([...textOf].map(([file, text]) => [file, text.split('\n').length - 1]))
    const long = [...lines].filter(([, count]) => count > WISHED_LINES)
    if (long.length > 0) console.warn(`Long files: ${long.map(([file, count]) => `${file} (${count})`).join(', ')}`)
    expect(long.filter(([, count]) => count > MAX_LINES)).toEqual([])
  })

  it(`no folder has more than ${MAX_FILES} files`, () => {
    const counts = new Map<string, number>()
    for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
    // An index that only lists its neighbours takes no room.
    const full = [...counts].filter(([folder, count]) => {
      const allowed = crowded[folder] ?? MAX_FILES
      return count - Number(textOf.has(`${folder}/index.ts`)) > allowed
    })
    expect(full).toEqual([])
  })
})

/** The C++ library: rooms from the ground up, as above. */
describe('kernels', () => {
  const rooms: readonly (readonly string[])[] = [
    ['machine'],
    ['mathematics', 'steps'],
    ['loops', 'products', 'routines'],
    ['convolutions'],
    ['programs'],
  ]
  /** Addon and WebAssembly know the kernels by the few functions that the machine's header declares. */
  const seen: { readonly [room: string]: readonly string[] } = { hosts: ['machine'] }
  const level = new Map(rooms.flatMap((names, at) => names.map((name): [string, number] => [name, at])))
  const below = (room: string): readonly string[] => seen[room] ?? rooms.slice(0, level.get(room)).flat()

  const texts = new Map(
    sourceFiles('kernels', /\.(h|cc)$/).map((file): [string, string] => [file, readFileSync(join(root, file), 'utf8')]),
  )
  const includes = [...texts].flatMap(([from, text]) =>
    [...text.matchAll(/^#include "([^"]+)"/gm)].map(([, to]) => ({
      from,
      to: `kernels/${to}`,
      type: false,
      dynamic: false,
    })),
  )
  const roomOf = (file: string): string => file.split('/')[1]

  it('all lie in a room', () => {
    const outside = [...texts.keys()].filter((file) => {
      const room = roomOf(file)
      return file.split('/').length !== 3 || !(level.has(room) || room in seen)
    })
    expect(outside).toEqual([])
  })

  it('include by their path below the folder, and only what lies in their room or below it', () => {
    const wrong = includes.filter(({ from, to }) => {
      const [room, target] = [roomOf(from), roomOf(to)]
      return !texts.has(to) || (room !== target && !below(room).includes(target))
    })
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
    expect(circles(includes)).toEqual([])
  })

  it('are as short as the rest', () => {
    const long = [...texts].filter(([, text]) => text.split('\n').length - 1 > MAX_LINES)
    expect(long.map(([file]) => file)).toEqual([])
    const counts = new Map<string, number>()
    for (const file of texts.keys()) counts.set(roomOf(file), (counts.get(roomOf(file)) ?? 0) + 1)
    expect([...counts].filter(([, count]) => count > MAX_FILES)).toEqual([])
  })

  it('are named in lower case with hyphens', () => {
    expect([...texts.keys()].filter((file) => !/^[a-z0-9/.-]+$/.test(file))).toEqual([])
  })
})

describe('names', () => {
  const empty = /(^|[-.])(utils?|helpers?|misc|common|managers?)([-.]|$)/i

  it('say what is inside', () => {
    // What CI installs beside some tests was named by others.
    const own = sourceFiles('tests').filter((file) => !file.includes('/node_modules/'))
    const everywhere = [...files, ...own]
    const parts = everywhere.filter((file) => file.split('/').some((part) => empty.test(part)))
    expect(parts.map((file) => relative(root, join(root, file)))).toEqual([])
  })

  it('are lower case with hyphens', () => {
    const wrong = files.filter((file) => !/^[a-z0-9/.-]+$/.test(file))
    expect(wrong).toEqual([])
  })
})
