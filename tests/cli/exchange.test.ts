import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { tensor } from 'shapewise'
import { fromOnnx, readSafetensors } from 'shapewise/formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { text } from '../../src/automatic/text.js'
import { runCommandLine } from '../../src/cli/command-line.js'
import { RunFolder } from '../../src/train/index.js'
import { TestSurroundings } from './capture.js'

const root = mkdtempSync(join(tmpdir(), 'exchange-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const at = (name: string): string => join(root, name)

async function shapewise(...args: string[]) {
  const surroundings = new TestSurroundings()
  const code = await runCommandLine(args, surroundings)
  return { code, stdout: surroundings.stdout.text, stderr: surroundings.stderr.text }
}

beforeAll(async () => {
  writeFileSync(at('abc.txt'), 'abcdefgh '.repeat(100))
  await shapewise('train', at('abc.txt'), '--out', at('run'), '--epochs', '1', '--units', '8', '--length', '16')
})

describe('shapewise export', () => {
  it('writes weights that are those of the model', async () => {
    expect((await shapewise('export', at('run'), at('w.safetensors'))).code).toBe(0)
    const { model } = await text.open(await RunFolder.open(at('run')))
    expect(await readSafetensors(at('w.safetensors'))).toEqual(await model.state())
  })

  it('writes a model that answers alike', async () => {
    const { code, stdout, stderr } = await shapewise('export', at('run'), at('m.onnx'), '--json')
    expect(stderr).toBe('')
    expect([code, JSON.parse(stdout)]).toEqual([0, { file: at('m.onnx'), bytes: readFileSync(at('m.onnx')).length }])
    const { network } = await text.open(await RunFolder.open(at('run')))
    const x = tensor(
      Int32Array.from({ length: 32 }, (_, i) => (i * 7) % 9),
      [2, 16],
    )
    const [found, expected] = [await (await fromOnnx(at('m.onnx'))).forward(x).data(), await network.forward(x).data()]
    expect(found).toHaveLength(expected.length)
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 4)
    })
  })

  it('writes a module that stands alone and answers alike', async () => {
    const { code, stderr } = await shapewise('export', at('run'), at('m.mjs'))
    expect([code, stderr]).toEqual([0, ''])
    const { predict } = await import(pathToFileURL(at('m.mjs')).href)
    const { network } = await text.open(await RunFolder.open(at('run')))
    const ids = Int32Array.from({ length: 32 }, (_, i) => (i * 7) % 9)
    const expected = await network.forward(tensor(ids, [2, 16])).data()
    const found = predict(ids, 2)
    expect(found).toHaveLength(expected.length)
    expected.forEach((value, i) => {
      expect(found[i]).toBeCloseTo(value, 4)
    })
    expect((await shapewise('export', at('run'), at('m.mjs'), '--weights', 'int5')).code).toBe(2)
    expect((await shapewise('export', at('run'), at('m.onnx'), '--weights', 'int8')).code).toBe(2)
  })

  it('says which kinds there are', async () => {
    const { code, stderr } = await shapewise('export', at('run'), at('m.pb'))
    expect([code, stderr]).toEqual([2, expect.stringMatching(/\.onnx, \.mjs, \.safetensors, \.npz/)])
    expect(existsSync(at('m.pb'))).toBe(false)
  })
})

describe('shapewise convert', () => {
  it('goes from kind to kind and back', async () => {
    await shapewise('export', at('run'), at('w.safetensors'))
    expect((await shapewise('convert', at('w.safetensors'), at('w.npz'))).code).toBe(0)
    expect((await shapewise('convert', at('w.npz'), at('again.safetensors'))).code).toBe(0)
    expect(await readSafetensors(at('again.safetensors'))).toEqual(await readSafetensors(at('w.safetensors')))
    expect((await shapewise('convert', at('m.onnx'), at('o.safetensors'))).code).toBe(0)
    expect(Object.keys(await readSafetensors(at('o.safetensors'))).length).toBeGreaterThan(3)
  })

  it.each([
    [['w.npz', 'x.onnx', '--input', '1,2'], /holds weights and no model/],
    [['m.onnx', 'x.onnx'], /--input/],
    [['m.onnx', 'x.onnx', '--input', '1,a'], /'1,a' is no shape/],
    [['abc.txt', 'x.npz'], /no kind that is read/],
    [['nowhere.pt', 'x.npz'], /nowhere\.pt/],
  ])('%j is refused', async ([from, to, ...rest], message) => {
    const { code, stderr } = await shapewise('convert', at(from), at(to), ...rest)
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
    expect(existsSync(at(to))).toBe(false)
  })
})
