import { random } from 'shapewise'

/** A chain of small operations outside of compiled functions: what is measured is what an operation costs beside its work. */
export function uncompiled({ size, operations }) {
  const x = random.uniform([size, size])
  const step = () => {
    let y = x
    for (let i = 0; i < operations; i += 2) y = y.mul(x).add(1)
    return y
  }
  return { parameters: 0, step }
}
