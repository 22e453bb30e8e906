import { createInterface } from 'node:readline'

/**
 * Answers the measuring process on stdin and stdout, one JSON object a line, until stdin ends.
 *
 * @param load imports the library; returns `{ about, build(model, options), read(result) }`: what is said of it, a function that
 * builds a workload as `{ parameters, step() }`, and one that waits for what a step returns and gives it as a number or array.
 * `build` returns undefined for what the library cannot express.
 */
export async function answer(load) {
  // What libraries print is not an answer.
  console.log = console.error
  const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)
  const start = performance.now()
  let library
  try {
    library = await load()
  } catch (error) {
    say({ error: describe(error), absent: error.code === 'ERR_MODULE_NOT_FOUND' })
    return
  }
  say({ ...library.about, milliseconds: performance.now() - start })

  let workload
  const runStep = async () => library.read(await workload.step())
  const requests = {
    /** Builds a workload and makes its first step. */
    async prepare({ model, options }) {
      const start = performance.now()
      workload = await library.build(model, options)
      if (workload === undefined) return { inexpressible: true }
      const built = performance.now()
      const loss = await runStep()
      const end = performance.now()
      return { parameters: workload.parameters, loss, milliseconds: end - start, firstStep: end - built }
    },
    /** Makes steps until the time is over, at least one. */
    async round({ milliseconds, limit }) {
      const samples = []
      let loss
      const end = performance.now() + milliseconds
      do {
        const start = performance.now()
        loss = await runStep()
        samples.push(performance.now() - start)
      } while (performance.now() < end && samples.length < limit)
      return { samples, loss }
    },
  }
  for await (const line of createInterface({ input: process.stdin })) {
    const { request, ...parameters } = JSON.parse(line)
    try {
      say(await requests[request](parameters))
    } catch (error) {
      say({ error: describe(error) })
    }
  }
  // Worker threads of some libraries would keep the process alive.
  process.exit(0)
}

const describe = (error) => String(error?.message ?? error).split('\n')[0]
