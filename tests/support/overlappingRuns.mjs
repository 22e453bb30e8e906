// In a worker thread or a process of its own: starts runs of a program of the addon by its plain interface. `ending` says how that
// ends: 'read' waits for all and tells of the values, 'leave' ends with runs unfinished, 'exit' does so by force.
import process from 'node:process'
import { parentPort, workerData } from 'node:worker_threads'

const { path, words, bytes, runs, ending } = workerData ?? JSON.parse(process.argv[2])
const module = { exports: {} }
process.dlopen(module, path)
const addon = module.exports
let calls = 0
addon.onFinished(() => calls++)
const program = addon.load(Int32Array.from(words))
const buffers = Array.from({ length: runs + 1 }, () => new ArrayBuffer(bytes))
new Int32Array(buffers[0]).fill(1)
const failures = buffers.map(() => new Float64Array(5))
for (let i = 0; i < runs; i++) {
  const addresses = Float64Array.of(addon.addressOf(buffers[i]), addon.addressOf(buffers[i + 1]))
  addon.start(program, addresses, failures[i], Float64Array.of())
}
const say = (message) => {
  if (parentPort === null) process.stdout.write(`${JSON.stringify(message)}\n`)
  else parentPort.postMessage(message)
}
if (ending === 'read') {
  while (addon.finished() < runs) await new Promise((resolve) => setTimeout(resolve, 1))
  // Once more with somebody who blocks.
  const again = Float64Array.of(addon.addressOf(buffers[0]), addon.addressOf(buffers[1]))
  addon.wait(addon.start(program, again, failures[0], Float64Array.of()))
  await new Promise((resolve) => setTimeout(resolve, 10))
  const value = new Int32Array(buffers[runs])[0]
  say({ threads: addon.threads, toldOf: calls > 0, value, unfinished: runs + 1 - addon.finished() })
} else {
  say({ threads: addon.threads })
  if (ending === 'exit') process.exit(0)
}
