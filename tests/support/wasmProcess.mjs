// A process that computes the trace of I·I of 512 × 512 on threads of WebAssembly, for `wasm.test.ts`.
import { runnerImport } from 'vite'

const root = new URL('../..', import.meta.url).pathname
const alias = [
  { find: /^shapewise$/, replacement: `${root}src/index.ts` },
  { find: /^shapewise\/(.*)$/, replacement: `${root}src/$1/index.ts` },
]
const { module: shapewise } = await runnerImport(`${root}src/index.ts`, {
  configFile: false,
  root,
  logLevel: 'error',
  resolve: { alias },
})
const { backend, compile, eye, kernelReport } = shapewise
if (kernelReport().find(({ build }) => build === 'wasm').kernels.threads !== 2)
  throw new Error('there are no two threads')
if (backend().name !== 'wasm') throw new Error(`the backend is ${backend().name}`)

const trace = compile((x) => {
  let product = x
  for (let i = 0; i < 20; i++) product = product.matmul(x)
  return product.sum()
})
const result = trace(eye(512))
if (process.argv[2] === 'read') console.log(result.itemSync())
if (process.argv[2] === 'await') console.log(await result.item())
if (process.argv[2] === 'leave') console.log('left')
