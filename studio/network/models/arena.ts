import type { KernelReport, OperandReport } from 'shapewise'

/** A value between kernels: its bytes in the arena, and the kernels from the one that writes it to the last that reads it. */
export interface Lifetime {
  readonly offset: number
  readonly bytes: number
  readonly from: number
  readonly to: number
}

const widths: { readonly [dtype: string]: number } = { float64: 8, float16: 2, bfloat16: 2, bool: 1, uint8: 1, int8: 1 }

const bytesOf = ({ dtype, shape }: OperandReport): number => shape.reduce((a, b) => a * b, widths[dtype] ?? 4)

/** When which bytes of the arena are in use. */
export function arenaOf(kernels: readonly Pick<KernelReport, 'inputs' | 'outputs'>[]): Lifetime[] {
  const values: { offset: number; bytes: number; from: number; to: number }[] = []
  const living = new Map<number, (typeof values)[number]>()
  kernels.forEach(({ inputs, outputs }, i) => {
    for (const { place } of inputs) {
      const value = place.kind === 'arena' ? living.get(place.offset) : undefined
      if (value !== undefined) value.to = i
    }
    for (const operand of outputs) {
      if (operand.place.kind !== 'arena') continue
      const { offset } = operand.place
      const value = { offset, bytes: bytesOf(operand), from: i, to: i }
      living.set(offset, value)
      values.push(value)
    }
  })
  return values
}
