// What threads run in tests: twice the number, and what the context says.
export default async ({ number }, { index, epoch, seed }) => {
  if (number === -1) throw new Error('there is no minus one')
  return { number: 2 * number, index, epoch, seed, data: new Float32Array([number]) }
}
