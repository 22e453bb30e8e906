import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { encodeSafetensors, readCheckpoint, readSafetensors, writeCheckpoint } from '../../src/formats/index.js'
import { linear } from '../../src/nn/index.js'

const folder = mkdtempSync(join(tmpdir(), 'shapewise-checkpoint-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('gives back tensors and JSON as they were', async () => {
  const tensors = await linear(3, 2).state()
  const json = { step: 7, best: -Infinity, zero: -0, gone: [Number.NaN, 'ü', null, true], schedule: { rate: 0.1 } }
  const path = join(folder, 'last.safetensors')
  await writeCheckpoint(path, { tensors, json })
  expect(await readCheckpoint(path)).toEqual({ tensors, json })
  expect(await readSafetensors(path)).toEqual(tensors)
})

it('refuses what is no JSON, and files that are no checkpoints', async () => {
  const write = (json: unknown) => writeCheckpoint(join(folder, 'x'), { tensors: {}, json: json as never })
  await expect(write({ a: [1, new Float32Array(1)] })).rejects.toThrow('json.a[1] is a Float32Array, which is not JSON')
  await expect(write({ when: new Date() })).rejects.toThrow('json.when is a Date')
  await expect(write(() => 1)).rejects.toThrow('json is a function')
  await expect(readCheckpoint(encodeSafetensors({}))).rejects.toThrow(
    'no checkpoint. Read the tensors with readSafetensors',
  )
  const broken = encodeSafetensors({}, { metadata: { shapewise: '{' } })
  await expect(readCheckpoint(broken)).rejects.toThrow('the JSON in it is damaged')
})
