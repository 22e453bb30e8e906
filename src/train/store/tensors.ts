import { fail } from '../../core/errors.js'
import type { State } from '../../nn/state.js'
export function packTensors(state: State, metadata: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(state).map(([k, { dtype, shape, data }]) => [
    k,
    dtype,
    shape,
    data.constructor.name,
    data.byteLength,
  ])
  const head = new TextEncoder().encode(JSON.stringify({ metadata, entries }))
  const parts = Object.values(state).map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  const out = new Uint8Array(8 + head.length + parts.reduce((n, p) => n + p.length, 0))
  new DataView(out.buffer).setUint32(0, head.length)
  out.set(head, 8)
  let at = 8 + head.length
  for (const p of parts) {
    out.set(p, at)
    at += p.length
  }
  return out
}
export function unpackTensors(
  name: string,
  bytes: Uint8Array,
): { tensors: State; metadata: Readonly<Record<string, string>> } {
  try {
    const n = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
    const { metadata, entries } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + n)))
    let at = 8 + n
    const tensors: any = {}
    const types: any = { Float32Array, Float64Array, Uint16Array, Int32Array, Uint32Array, Uint8Array }
    for (const [k, dtype, shape, type, length] of entries) {
      const copy = bytes.slice(at, at + length)
      if (copy.length !== length) throw new Error()
      tensors[k] = { dtype, shape, data: new types[type](copy.buffer) }
      at += length
    }
    return { tensors, metadata }
  } catch {
    return fail(`${name}: the checkpoint is damaged`, 'Use an earlier one.')
  }
}
