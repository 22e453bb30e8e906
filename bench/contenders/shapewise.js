// Shapewise on the backend that the first argument names. Without one it tells which there are.
import { answer } from './answer.js'

const [requested] = process.argv.slice(2)

await answer(async () => {
  const { backend, backendNames, setBackend } = await import('shapewise')
  // To look for backends is to load them, which those that are measured shall not do.
  if (requested === undefined) return { about: { backends: backendNames() } }
  setBackend(requested)
  return {
    about: { backend: backend().name },
    async build(model, options) {
      const definition = await import(`../workloads/${model}.js`)
      return definition[model](options)
    },
    async read(result) {
      const values = await result.data()
      return values[0]
    },
  }
})
