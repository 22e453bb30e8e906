import { compile, random } from 'shapewise'

/** The product of two square matrices, as one program. */
export function matmul({ size }) {
  const a = random.normal([size, size])
  const b = random.normal([size, size])
  // One element is enough to wait for; copying them all is not what is measured.
  const product = compile((x, y) => {
    const all = x.matmul(y)
    return [all.at(0).at(0), all]
  })
  return { parameters: 0, step: () => product(a, b)[0] }
}
