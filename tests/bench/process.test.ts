import { afterEach, expect, test, vi } from 'vitest'

// The benchmarks are JavaScript.
const load = (path: string) => import(/* @vite-ignore */ new URL(`../../bench/${path}`, import.meta.url).pathname)

const settings = ['OPENBLAS_CORETYPE', 'OPENBLAS_L2_SIZE']
afterEach(() => vi.unstubAllEnvs())

test('PyTorch is started without what some machines tell OpenBLAS', async () => {
  for (const name of settings) vi.stubEnv(name, 'Haswell')
  const { peers } = await load('contenders/index.js')
  const { ContenderProcess } = await load('measurement/process.js')
  const pytorch = peers.find(({ key }: { key: string }) => key === 'pytorch')
  const report = `console.log(JSON.stringify({ seen: ${JSON.stringify(settings)}.filter((name) => name in process.env), path: 'PATH' in process.env }))`
  const contender = new ContenderProcess({ ...pytorch, command: process.execPath, args: ['--eval', report] })
  expect(await contender.answer(20_000)).toEqual({ seen: [], path: true })
  await contender.stop()
})
