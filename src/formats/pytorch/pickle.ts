import { fail } from '../../core/errors.js'
import { type ByteReader, damaged, decodeUtf8 } from '../../data/formats/damage.js'

/** A class or function of Python by its name; it is never run. */
export class Global {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}

  toString(): string {
    return `${this.module}.${this.name}`
  }
}

/** What a pickle may do beside making lists, dictionaries, numbers and text. */
export interface PickleRules {
  /** Whether a class or function may be mentioned. */
  allows(global: Global): boolean
  /** The value of a call. Throws if it is none that is known. */
  call(global: Global, args: readonly unknown[]): unknown
  /** The value behind a persistent identifier. */
  persistent(id: unknown): unknown
}

/** Longer integers than those of 128 bits are attacks. */
const MOST_INTEGER = 16
/** Memory for lists, dictionaries and the like beside what the length of the file allows. */
const BUDGET = 64e6

/**
 * Reads one value of a pickle without executing anything: a class or function that the rules do not know is refused by its name.
 *
 * Lists and tuples become arrays, dictionaries become maps, integers that are no exact numbers bigints.
 *
 * Source: A. Pitrou, "PEP 3154 — Pickle protocol version 4", 2011; Python's `pickletools` for the protocols before it.
 *
 * @param at where the pickle begins
 * @returns the value, and where the pickle ends
 */
export function readPickle(
  reader: ByteReader,
  at: number,
  name: string,
  rules: PickleRules,
): { readonly value: unknown; readonly end: number } {
  const machine = new Machine(reader, at, name, rules)
  const value = machine.run()
  return { value, end: machine.at }
}

type Opcode = (machine: Machine) => void

class Machine {
  stack: unknown[] = []
  readonly #below: unknown[][] = []
  readonly memo = new Map<number, unknown>()
  readonly #reader: ByteReader
  readonly name: string
  readonly rules: PickleRules
  at: number
  /** About how many bytes of memory may still be used: a byte of a pickle makes hundreds. */
  #budget: number

  constructor(reader: ByteReader, at: number, name: string, rules: PickleRules) {
    this.#reader = reader
    this.#budget = BUDGET + 2 * reader.bytes.length
    this.at = at
    this.name = name
    this.rules = rules
  }

  run(): unknown {
    for (;;) {
      const code = this.bytes(1)[0]
      if (code === STOP) return this.pop()
      const opcode = opcodes[code]
      if (opcode === undefined) this.damaged(`the pickle has the unknown operation 0x${code.toString(16)}`)
      opcode(this)
    }
  }

  damaged(cause: string): never {
    return damaged(this.name, cause) as never
  }

  bytes(length: number): Uint8Array {
    const bytes = this.#reader.slice(this.at, length, 'pickle')
    this.at += length
    return bytes
  }

  /** A little-endian number of so many bytes. */
  number(width: 1 | 2 | 4 | 8): number {
    return this.bytes(width).reduceRight((sum, byte) => sum * 256 + byte, 0)
  }

  line(): string {
    const end = this.#reader.bytes.indexOf(10, this.at)
    if (end < 0) this.damaged('a line of the pickle has no end')
    const text = latin1(this.bytes(end - this.at))
    this.at++
    return text
  }

  text(length: number): string {
    return decodeUtf8(this.bytes(length), this.name)
  }

  push(value: unknown): void {
    this.#spend(typeof value !== 'object' || value === null ? 16 : Array.isArray(value) ? 64 : 400)
    this.stack.push(value)
  }

  #spend(bytes: number): void {
    this.#budget -= bytes
    if (this.#budget >= 0) return
    fail(`${this.name}: the pickle makes too many objects for a file of its size.`, 'Save tensors only, in PyTorch.')
  }

  pop(): unknown {
    if (this.stack.length === 0) this.damaged('the pickle takes more from its stack than there is')
    return this.stack.pop()
  }

  top(): unknown {
    if (this.stack.length === 0) this.damaged('the pickle takes more from its stack than there is')
    return this.stack[this.stack.length - 1]
  }

  mark(): void {
    this.#spend(128)
    this.#below.push(this.stack)
    this.stack = []
  }

  /** What was pushed since the last mark. */
  sinceMark(): unknown[] {
    const below = this.#below.pop()
    if (below === undefined) this.damaged('the pickle goes back to a mark that it has not set')
    const values = this.stack
    this.stack = below
    return values
  }

  memorize(index: number): void {
    this.#spend(64)
    this.memo.set(index, this.top())
  }

  recall(index: number): void {
    if (!this.memo.has(index)) this.damaged(`the pickle recalls value ${index}, which it has not memorized`)
    this.push(this.memo.get(index))
  }

  append(values: readonly unknown[]): void {
    const list = this.top()
    if (!Array.isArray(list)) this.damaged('the pickle appends to something that is no list')
    for (const value of values) list.push(value)
  }

  put(values: readonly unknown[]): void {
    const map = this.top()
    if (!(map instanceof Map)) this.damaged('the pickle sets an item of something that is no dictionary')
    for (let i = 0; i + 1 < values.length; i += 2) map.set(values[i], values[i + 1])
  }

  add(values: readonly unknown[]): void {
    const set = this.top()
    if (!(set instanceof Set)) this.damaged('the pickle adds to something that is no set')
    for (const value of values) set.add(value)
  }

  allowed(module: unknown, name: unknown): Global {
    const global = new Global(String(module), String(name))
    if (this.rules.allows(global)) return global
    return fail(
      `${this.name}: the file needs '${global}', which only Python can run.`,
      'Save tensors only, in PyTorch: torch.save(model.state_dict(), file).',
    )
  }

  call(): void {
    const args = this.pop()
    const global = this.pop()
    if (!(global instanceof Global) || !Array.isArray(args))
      this.damaged('the pickle calls something that is no function')
    this.push(this.rules.call(global, args))
  }
}

const STOP = 0x2e

const integer = (machine: Machine, bytes: Uint8Array): number | bigint => {
  if (bytes.length > MOST_INTEGER) machine.damaged(`the pickle has an integer of ${bytes.length} bytes`)
  const unsigned = bytes.reduceRight((sum, byte) => (sum << 8n) + BigInt(byte), 0n)
  return exact(BigInt.asIntN(8 * bytes.length, unsigned))
}

const exact = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value

const latin1 = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes)

/** An integer in decimal; in protocol 0, 00 and 01 are False and True. */
function decimal(machine: Machine): unknown {
  const text = machine.line().replace(/L$/, '')
  if (text === '00' || text === '01') return text === '01'
  if (!/^-?\d{1,39}$/.test(text)) machine.damaged(`'${text.slice(0, 40)}' is no integer`)
  return exact(BigInt(text))
}

function quoted(machine: Machine): string {
  const text = /^(['"])(.*)\1$/.exec(machine.line())?.[2]
  if (text === undefined) machine.damaged('a text in the pickle has no quotation marks')
  return text.replace(/\\x([0-9a-f]{2})|\\(.)/g, (_, code?: string, plain?: string) =>
    code === undefined
      ? ({ n: '\n', t: '\t', r: '\r' }[plain ?? ''] ?? plain ?? '')
      : String.fromCharCode(Number.parseInt(code, 16)),
  )
}

/** The code of an operation by its letter, as the protocols name them. */
const table: { readonly [letter: string]: Opcode } = {
  // Marks and the stack.
  '(': (m) => m.mark(),
  '0': (m) => void (m.stack.length > 0 ? m.pop() : m.sinceMark()),
  '1': (m) => void m.sinceMark(),
  '2': (m) => m.push(m.top()),
  // The protocol and its frames say nothing that is needed.
  '\x80': (m) => {
    const version = m.number(1)
    if (version > 5) m.damaged(`version ${version} of the pickle protocol is unknown`)
  },
  '\x95': (m) => void m.bytes(8),
  // Constants and numbers.
  N: (m) => m.push(null),
  '\x88': (m) => m.push(true),
  '\x89': (m) => m.push(false),
  I: (m) => m.push(decimal(m)),
  L: (m) => m.push(decimal(m)),
  J: (m) => m.push(m.number(4) | 0),
  K: (m) => m.push(m.number(1)),
  M: (m) => m.push(m.number(2)),
  '\x8a': (m) => m.push(integer(m, m.bytes(m.number(1)))),
  '\x8b': (m) => m.push(integer(m, m.bytes(m.number(4)))),
  F: (m) => m.push(Number(m.line().replace('inf', 'Infinity'))),
  G: (m) => {
    const bytes = m.bytes(8)
    m.push(new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0))
  },
  // Text and bytes.
  S: (m) => m.push(quoted(m)),
  T: (m) => m.push(latin1(m.bytes(m.number(4)))),
  U: (m) => m.push(latin1(m.bytes(m.number(1)))),
  V: (m) =>
    m.push(
      m
        .line()
        .replace(/\\(?:u(\w{4})|U000(\w{5}))/g, (_, short, long) =>
          String.fromCodePoint(Number.parseInt(short ?? long, 16) || 0),
        ),
    ),
  X: (m) => m.push(m.text(m.number(4))),
  '\x8c': (m) => m.push(m.text(m.number(1))),
  '\x8d': (m) => m.push(m.text(m.number(8))),
  B: (m) => m.push(m.bytes(m.number(4)).slice()),
  C: (m) => m.push(m.bytes(m.number(1)).slice()),
  '\x8e': (m) => m.push(m.bytes(m.number(8)).slice()),
  '\x96': (m) => m.push(m.bytes(m.number(8)).slice()),
  // Tuples, lists, dictionaries and sets.
  ')': (m) => m.push([]),
  t: (m) => m.push(m.sinceMark()),
  '\x85': (m) => m.push([m.pop()]),
  '\x86': (m) => m.push([m.pop(), m.pop()].reverse()),
  '\x87': (m) => m.push([m.pop(), m.pop(), m.pop()].reverse()),
  ']': (m) => m.push([]),
  l: (m) => m.push(m.sinceMark()),
  a: (m) => m.append([m.pop()]),
  e: (m) => m.append(m.sinceMark()),
  '}': (m) => m.push(new Map()),
  d: (m) => {
    const items = m.sinceMark()
    m.push(new Map())
    m.put(items)
  },
  s: (m) => m.put([m.pop(), m.pop()].reverse()),
  u: (m) => m.put(m.sinceMark()),
  '\x8f': (m) => m.push(new Set()),
  '\x90': (m) => m.add(m.sinceMark()),
  '\x91': (m) => m.push(new Set(m.sinceMark())),
  // What was there before.
  p: (m) => m.memorize(Number(m.line())),
  q: (m) => m.memorize(m.number(1)),
  r: (m) => m.memorize(m.number(4)),
  '\x94': (m) => m.memorize(m.memo.size),
  g: (m) => m.recall(Number(m.line())),
  h: (m) => m.recall(m.number(1)),
  j: (m) => m.recall(m.number(4)),
  // Classes and functions, which the rules know or not.
  c: (m) => m.push(m.allowed(m.line(), m.line())),
  '\x93': (m) => {
    const name = m.pop()
    m.push(m.allowed(m.pop(), name))
  },
  R: (m) => m.call(),
  '\x81': (m) => m.call(),
  i: (m) => {
    const global = m.allowed(m.line(), m.line())
    m.push(m.rules.call(global, m.sinceMark()))
  },
  o: (m) => {
    const [global, ...args] = m.sinceMark()
    if (!(global instanceof Global)) return m.damaged('the pickle makes an object of no class')
    m.push(m.rules.call(global, args))
  },
  // Attributes of a dictionary, such as the versions of layers in a state dict, are not needed.
  b: (m) => {
    m.pop()
    if (!(m.top() instanceof Map)) m.damaged('the pickle sets attributes of something that is no dictionary')
  },
  P: (m) => m.push(m.rules.persistent(m.line())),
  Q: (m) => m.push(m.rules.persistent(m.pop())),
}

const opcodes: readonly (Opcode | undefined)[] = Array.from({ length: 256 }, (_, code) => {
  const letter = String.fromCharCode(code)
  return Object.hasOwn(table, letter) ? table[letter] : undefined
})
