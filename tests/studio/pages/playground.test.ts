import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { eventually, inChromium, isForEverybody, root } from './in-chromium.js'

inChromium('the playground', (withPage) => {
  const percent = async (page: Page, which: 'test' | 'training'): Promise<number> =>
    Number.parseFloat(await page.locator(`[data-accuracy="${which}"]`).first().innerText())

  const train = (page: Page) => page.getByRole('button', { name: 'Train', exact: true }).click()
  const reached = (page: Page, which: 'test' | 'training', wanted: number) =>
    eventually(() => percent(page, which)).toBeGreaterThanOrEqual(wanted)

  it('trains the spiral to 95 % and says how fast it goes', async () => {
    await withPage('playground?data=spiral&layers=8tanh-8tanh&optimizer=adam&learningRate=0.01', async (page) => {
      await train(page)
      await reached(page, 'test', 95)
      const [steps, frames] = await Promise.all(
        ['steps', 'frames'].map((what) => page.locator(`[data-${what}-per-second]`).innerText()),
      )
      console.log(`playground, 2-8-8-1: ${steps} steps and ${frames} frames a second while training`)
    })
  })

  it('finds its state again from the address', async () => {
    let address = ''
    await withPage('playground', async (page) => {
      await page.getByRole('button', { name: 'Moons' }).click()
      await page.getByLabel('Optimizer').selectOption('Adam')
      await page.getByRole('button', { name: 'Add a hidden layer' }).click()
      await page.getByRole('button', { name: 'Feature x₁²' }).click()
      await eventually(() => page.url()).toContain('features')
      address = new URL(page.url()).hash.slice(2)
    })
    await withPage(address, async (page) => {
      expect(await page.getByRole('button', { name: 'Moons' }).getAttribute('aria-pressed')).toBe('true')
      expect(await page.getByLabel('Optimizer').inputValue()).toBe('adam')
      expect(await page.getByText('3 hidden layers').count()).toBe(1)
      expect(await page.getByRole('button', { name: 'Feature x₁²' }).getAttribute('aria-pressed')).toBe('true')
    })
  })

  it("classifies the user's own table", async () => {
    const table = Array.from({ length: 90 }, (_, i) => {
      const [kind, turn] = [i % 3, i / 7]
      return `${(kind * 5 + Math.cos(turn)).toFixed(2)};${(kind * kind + Math.sin(turn)).toFixed(2)};kind ${'abc'[kind]}`
    })
    await withPage('playground?optimizer=adam&learningRate=0.03', async (page) => {
      await page.getByRole('button', { name: 'Your own' }).click()
      await page.getByLabel('Table').fill(['height;weight;kind', ...table].join('\n'))
      await page.getByRole('button', { name: 'Use the table' }).click()
      await page.getByText('90 points: x₁ is height, x₂ is weight').waitFor()
      await train(page)
      await reached(page, 'test', 95)
    })
  })

  it('takes points from the mouse', async () => {
    await withPage('playground?data=own&trainShare=90&optimizer=adam&learningRate=0.03', async (page) => {
      const plane = page.locator('.plane')
      for (const [x, y] of [
        [60, 60],
        [80, 90],
        [70, 120],
      ]) {
        await plane.click({ position: { x: x!, y: y! } })
      }
      await page.getByLabel('Class 2').check({ force: true })
      for (const [x, y] of [
        [220, 220],
        [240, 180],
        [200, 240],
      ]) {
        await plane.click({ position: { x: x!, y: y! } })
      }
      await page.getByText('6 points').waitFor()
      await train(page)
      await reached(page, 'training', 100)
    })
  })

  it('changes weights by hand and looks back', async () => {
    await withPage('playground', async (page) => {
      await page.getByRole('button', { name: 'Neuron 1 of layer 1' }).click()
      await page.getByLabel('x₁', { exact: true }).fill('2.5')
      await page.getByLabel('x₁', { exact: true }).press('Enter')
      await eventually(() => page.getByLabel('x₁', { exact: true }).inputValue()).toBe('2.5')
      for (let i = 0; i < 3; i++) await page.getByRole('button', { name: 'One step' }).click()
      const slider = page.getByLabel('Look back to step')
      await eventually(() => slider.getAttribute('max')).toBe('3')
      await slider.fill('0')
      await eventually(() => page.locator('.counters dd').nth(1).innerText()).toBe('0')
    })
  })

  it('compares two settings from the same weights', async () => {
    await withPage('playground?data=spiral&layers=8tanh-8tanh&learningRate=0.01', async (page) => {
      await page.getByRole('button', { name: 'Compare with another' }).click()
      const [first, second] = [
        page.getByRole('region', { name: 'Training A' }),
        page.getByRole('region', { name: 'Training B' }),
      ]
      await second.getByLabel('Optimizer').selectOption('Adam')
      await train(page)
      const loss = async (which: typeof first) =>
        Number.parseFloat(await which.locator('[data-loss="training"]').innerText())
      await eventually(() => loss(second)).toBeLessThan(0.05)
      expect(await loss(first)).toBeGreaterThan(await loss(second))
    })
  })

  it('shows in a lesson why a deep sigmoid net does not learn', async () => {
    await withPage('playground', async (page) => {
      await page.getByLabel('A tour in twelve lessons').selectOption({ label: '8. Why deep sigmoid nets stood still' })
      await page.getByRole('button', { name: 'Train it' }).click()
      const gradient = async (layer: string) => Number(await page.locator(`[data-gradient="${layer}"]`).innerText())
      await eventually(async () => (await gradient('layer 1')) / (await gradient('output'))).toBeLessThan(1 / 3)
      await page.getByRole('button', { name: 'ReLU', exact: true }).click()
      await reached(page, 'test', 95)
    })
  })

  it('writes a program that trains the same network in Node', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'program-'))
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(root, join(folder, 'node_modules/shapewise'), 'junction')
    try {
      for (const query of [
        'data=moons&layers=6tanh-6relu&optimizer=adam&learningRate=0.01&batchNorm=true&skip=true&dropout=0.1',
        'data=gauss&classes=4&layers=5gelu&schedule=oneCycle&regularization=l2&learningRate=0.1&initializer=he',
        'data=plane&features=x-y-sinX&layers=&optimizer=momentum&learningRate=0.01&regularization=l1',
      ]) {
        await withPage(`playground?${query}`, async (page) => {
          const area = page.getByLabel('The training as a Shapewise program')
          await eventually(() => area.inputValue()).toContain('network')
          writeFileSync(join(folder, 'playground.mjs'), await area.inputValue())
        })
        const { stdout, stderr } = spawnSync(process.execPath, ['playground.mjs'], { cwd: folder, encoding: 'utf8' })
        expect(stderr).toBe('')
        const [, right] = /test: loss \S+, ([\d.]+) % right/.exec(stdout) ?? []
        if (query.includes('plane')) expect(Number(/test: loss ([\d.e-]+)/.exec(stdout)?.[1])).toBeLessThan(0.02)
        else expect(Number(right)).toBeGreaterThan(90)
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  isForEverybody(withPage, 'playground?data=own')
})
