// Shapewise on the backend that the first argument names; on its own choice without one.
import { answer } from './answer.js'

const [requested] = process.argv.slice(2)

await answer(async () => {
  const { backend, backendNames, setBackend } = await import('shapewise')
  if (requested !== undefined) setBackend(requested)
  return {
    about: { backend: backend().name, backends: backendNames() },
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
