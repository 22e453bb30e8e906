// One thread of the WebAssembly kernels: a worker of Node or of a page that instantiates the module on the shared memory and stays in
// it for good.
import { type Instance, now, type ThreadExports, type ThreadMessage, type ThreadStart } from './module.js'

/** The part of `node:worker_threads` that is needed; reached in a way that leaves browsers and their bundlers alone. */
interface NodeThreads {
  readonly workerData: ThreadStart
  readonly parentPort: { postMessage(message: ThreadMessage): void } | null
}

function begin(start: ThreadStart, tell: (message: ThreadMessage) => void): void {
  const { module, memory, thread, threads, room, roomBytes } = start
  const instance: Instance = new WebAssembly.Instance(module, { env: { memory, now } })
  const exports = instance.exports as ThreadExports
  exports.__wasm_init_tls(room)
  exports.__stack_pointer.value = room + roomBytes
  exports.enter(thread, threads, 1)
  try {
    tell({ kind: 'ready' })
    if (thread > 0) exports.assist()
    for (;;) if (exports.serve() !== 0) tell({ kind: 'finished' })
  } catch (error) {
    exports.lose()
    tell({ kind: 'lost', reason: String(error) })
  }
}

const { process } = globalThis as { process?: { getBuiltinModule?(name: string): NodeThreads } }
const node = process?.getBuiltinModule?.('worker_threads')
if (node?.parentPort) {
  const port = node.parentPort
  begin(node.workerData, (message) => port.postMessage(message))
} else {
  addEventListener('message', ({ data }: MessageEvent<ThreadStart>) => begin(data, (message) => postMessage(message)), {
    once: true,
  })
}
