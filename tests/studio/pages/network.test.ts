import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeRun } from '../../../scripts/many-runs.mjs'
import { encodeSafetensors, fromOnnx, toOnnx } from '../../../src/formats/index.js'
import { tensor, zeros } from '../../../src/index.js'
import { lenet } from '../../../src/models/index.js'
import * as nn from '../../../src/nn/index.js'
import { exampleInputs } from '../../../studio/network/models/inputs.js'
import { eventually, inChromium, isForEverybody, type WithPage } from './in-chromium.js'

const title = (page: Page) => page.locator('.details h2').innerText()

async function choose(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  await page
    .getByLabel('Open a file')
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) })
}

let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'network-page-'))
  makeRun(join(folder, 'trained'), 1, 20)
  writeFileSync(join(folder, 'trained', 'model.safetensors'), encodeSafetensors(await lenet().state()))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const tests = (withPage: WithPage) => {
  it('draws the weights of a run of the local server', async () => {
    await withPage('network?run=trained&file=model.safetensors&layer=layers.3', async (page) => {
      await page.getByText('Weights of LeNet-5').waitFor()
      await eventually(() => title(page)).toContain('Conv2d')
      expect(page.url()).toContain('run=trained')
    })
    await withPage('runs?run=trained&tab=files', async (page) => {
      await eventually(() => page.getByRole('link', { name: 'look inside' }).count()).toBe(1)
    })
  })

  it('draws a model, opens what lies in it, and finds the state in the address again', async () => {
    await withPage('network?model=encoder', async (page) => {
      await page.getByText('199,936').waitFor()
      const drawing = page.getByRole('application')
      await drawing.focus()
      // From nothing to the first node, then down to the first block, which is opened.
      await drawing.press('ArrowDown')
      await drawing.press('ArrowDown')
      await eventually(() => title(page)).toContain('TransformerEncoderBlock')
      await drawing.press('Enter')
      await eventually(() => decodeURIComponent(page.url())).toContain('open=blocks.0')
      await page.getByLabel('Search for a layer').fill('norm')
      await page.getByRole('button', { name: 'blocks.3' }).first().click()
      await eventually(() => title(page)).toContain('LayerNorm')
      expect(decodeURIComponent(page.url())).toContain('blocks.3')
      await eventually(() => page.locator('.weight canvas, .weight svg').count()).toBeGreaterThan(1)
      const address = page.url()
      await page.reload()
      await eventually(() => title(page)).toContain('LayerNorm')
      expect(page.url()).toBe(address)
    })
  })

  it('opens a file of ONNX, and shows what the library computes with it; a broken file loses nothing', async () => {
    const bytes = await toOnnx(nn.sequential(nn.conv2d(1, 3, 3), nn.relu(), nn.flatten(), nn.linear(300, 7)).eval(), [
      zeros([1, 12, 12, 1]),
    ])
    await withPage('network', async (page) => {
      await page.getByText('61,706').waitFor()
      await choose(page, 'mine.onnx', bytes)
      await page.getByText('2,137').waitFor()
      expect(await page.getByRole('combobox', { name: 'Model' }).inputValue()).toBe('file')
      await page.getByRole('button', { name: 'Random' }).click()
      await page.locator('.feed canvas').first().waitFor()
      await page.getByLabel('Search for a layer').fill('gemm')
      await page.locator('.outline li button').first().click()
      await page.locator('.largest li').first().waitFor()
      const shown = await page
        .locator('.largest li')
        .evaluateAll((items) => items.map((item) => [Number(item.dataset.place), Number(item.dataset.value)] as const))
      const model = await fromOnnx(bytes)
      const inputs = [{ name: 'input', shape: [1, 12, 12, 1], dtype: 'float32', channels: 'last' }] as const
      const [{ data }] = exampleInputs(inputs, 1) as [{ data: ArrayLike<number> }]
      const logits = await model.forward(tensor(Float32Array.from(data), [1, 12, 12, 1])).data()
      expect(shown).toHaveLength(5)
      for (const [place, value] of shown) expect(value).toBeCloseTo(logits[place]!, 4)
      expect(shown[0]![1]).toBeCloseTo(Math.max(...logits), 4)

      await choose(page, 'broken.onnx', bytes.slice(0, 700))
      await eventually(() => page.getByRole('alert').innerText()).toContain('broken.onnx')
      expect(await page.getByText('2,137').count()).toBe(1)
      expect(await title(page)).toContain('Gemm')
    })
  })

  it('opens a whole model of Keras', async () => {
    const path = new URL('../../fixtures/keras.json', import.meta.url)
    const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: Record<string, { file: string }> }
    await withPage('network', async (page) => {
      await choose(page, 'pictures.keras', Buffer.from(cases.pictures!.file, 'base64'))
      await eventually(() => page.getByRole('combobox', { name: 'Model' }).locator('option').first().innerText()).toBe(
        'pictures.keras',
      )
      await page.getByLabel('Search for a layer').fill('conv')
      await page.locator('.outline li button').first().click()
      await page.locator('.weight canvas').first().waitFor()
      await page.getByRole('button', { name: 'Random' }).click()
      await page.locator('.activation canvas').waitFor()
      expect(await page.getByRole('alert').count()).toBe(0)
    })
  })

  it('shows the compiled program, and two models side by side', async () => {
    await withPage('network?model=lenet&with=mlp&aspect=compiled', async (page) => {
      await page.locator('.kernels li').first().waitFor()
      expect(await page.locator('.kernels .fused').first().innerText()).toContain('conv · add · max')
      expect(await page.locator('.arena rect').count()).toBeGreaterThan(2)
      expect(await page.locator('.sheet').count()).toBe(2)
      const rows = page.locator('.compare tbody tr')
      await eventually(() => rows.count()).toBeGreaterThan(10)
      await page.locator('.compare').getByRole('button', { name: 'Flatten' }).nth(1).click()
      // Beside the drawings stands what has been clicked; the other drawing shows its partner.
      await eventually(() => page.locator('.details').innerText()).toContain('Multilayer perceptron')
      expect(page.url()).toContain('layer=layers.6')
      await page.getByLabel('Differences only').check()
      await eventually(() => page.locator('.compare tbody tr.same').count()).toBe(0)
      await page.getByRole('button', { name: 'Take Multilayer perceptron away' }).click()
      await eventually(() => page.locator('.sheet').count()).toBe(1)
      expect(page.url()).not.toContain('with=')
    })
  })

  isForEverybody(withPage, 'network?model=lenet&layer=layers.0')
  isForEverybody(withPage, 'network?model=lenet&with=mlp&aspect=compiled')
}

inChromium('the network view', tests, { options: () => ({ folder }), ready: 'main canvas, main.runs' })
