import { seed, type Tensor } from 'shapewise'
import { dataset, decodePng, floatColumn, generateDigits, labelColumn } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { adam, sgd } from 'shapewise/optim'
import { evaluate, fit, memoryStorage, mistakes, RunFolder, type Storage, writeReport } from 'shapewise/train'
import { describe, expect, it } from 'vitest'

const textOf = async (storage: Storage, file: string): Promise<string> =>
  new TextDecoder().decode(await storage.read(file))

/** Throws if tags do not close each other. */
function expectWhole(html: string): void {
  const open: string[] = []
  for (const [, closes, name, self] of html.matchAll(/<(\/?)([a-z]\w*)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (self !== '' || ['meta', 'img'].includes(name)) continue
    if (closes === '') open.push(name)
    else expect(open.pop(), html.slice(0, 200)).toBe(name)
  }
  expect(open).toEqual([])
  expect(html).not.toMatch(/https?:\/\/(?!www\.w3\.org)|<script|undefined/)
}

describe('a report', () => {
  it('shows what a classifier does', { timeout: 60_000 }, async () => {
    seed(0)
    const { images, labels } = generateDigits({ count: 300, seed: 1 })
    const digits = dataset({
      inputs: floatColumn(
        Float32Array.from(images, (x) => x / 255),
        [28, 28, 1],
      ),
      labels: labelColumn(labels, { classes: 10 }),
    })
    const model = nn.sequential(nn.conv2d(1, 4, 5, { stride: 2 }), nn.relu(), nn.flatten(), nn.linear(576, 10))
    const storage = memoryStorage()
    const optimizer = adam({ learningRate: 3e-3 })
    await fit(model, digits, { loss: nn.crossEntropy, optimizer, epochs: 2, validation: digits, folder: storage })
    await writeReport(storage, { model, data: digits })
    const html = await textOf(storage, 'report.html')
    expectWhole(html)
    const assessment = JSON.parse(await textOf(storage, 'evaluation.json'))
    const evaluation = await evaluate(model, digits)
    expect(assessment.confusion).toEqual(evaluation.confusion)
    expect(html).toContain(`${(100 * evaluation.accuracy).toFixed(2)} %`)
    const [first] = mistakes(evaluation)
    expect(assessment.worst[0].text).toContain(`example ${first.example}`)
    const png = await decodePng((await storage.read(assessment.worst[0].picture)) ?? new Uint8Array())
    expect([png.width, png.height]).toEqual([28, 28])
    expect(html).toContain('5,874')
    expect(html.match(/<svg/g)?.length).toBeGreaterThan(3)
    // What has been measured already is taken as it is.
    const { cells } = assessment
    const sheet = await decodePng((await storage.read(cells.picture)) ?? new Uint8Array())
    const counts = cells.rows.map(({ is, named }: { is: number; named: number }) => assessment.confusion[is][named])
    expect(counts.length).toBe(assessment.confusion.flat().filter((count: number) => count > 0).length)
    expect(sheet.height).toBe(cells.height * cells.rows.length)
    for (const [row, { is, named, examples }] of cells.rows.entries()) {
      expect(examples.length).toBe(Math.min(12, counts[row]))
      for (const [column, example] of examples.entries()) {
        expect([evaluation.labels[example], evaluation.predictions[example]]).toEqual([is, named])
        const middle = cells.width * cells.height * example + 14 * cells.width + 14
        const at = (row * cells.height + 14) * sheet.width + column * cells.width + 14
        expect(sheet.data[at * sheet.channels]).toBe(Math.round(255 * digits.values('inputs')[middle]))
      }
    }
    const before = await textOf(storage, 'evaluation.json')
    await writeReport(storage, { model, data: digits, evaluation })
    expect(await textOf(storage, 'evaluation.json')).toBe(before)
    await writeReport(storage, { model, data: digits, evaluation: { ...evaluation, loss: 123 } })
    expect(JSON.parse(await textOf(storage, 'evaluation.json')).loss).toBe(123)
    const part = writeReport(storage, { model, data: digits.take(250), evaluation })
    await expect(part).rejects.toThrow(/evaluation is of 300 examples, the data have 250/)
    const other = writeReport(storage, { model, data: digits.subset([...labels.keys()].reverse()), evaluation })
    await expect(other).rejects.toThrow(/evaluation is of other labels/)
    // Made again from what lies there.
    await storage.write('pictures/first-layer.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>')
    await writeReport(storage)
    const again = await textOf(storage, 'report.html')
    expect(again).toContain('first layer')
    expect(again.length).toBeGreaterThan(html.length)
  })

  it('shows what a regression does', async () => {
    seed(0)
    const inputs = Float32Array.from({ length: 3000 }, (_, i) => Math.sin(i))
    const targets = inputs.map((x) => 2 * x + 0.1 * Math.cos(9 * x))
    const data = dataset({ inputs: floatColumn(inputs, [1]), targets: floatColumn(targets, [1]) })
    const model = nn.linear(1, 1)
    const storage = memoryStorage()
    const optimizer = sgd({ learningRate: 0.1 })
    await fit(model, data, { loss: nn.meanSquaredError, optimizer, folder: storage })
    await writeReport(storage, { model, data })
    const assessment = JSON.parse(await textOf(storage, 'evaluation.json'))
    expect(assessment.values.targets).toHaveLength(2000)
    expect(assessment.worst).toHaveLength(24)
    expectWhole(await textOf(storage, 'report.html'))
  })

  it.each([0, 1, 3, 600])('takes %i epochs, NaN, and any name', async (epochs) => {
    const storage = memoryStorage()
    const folder = await RunFolder.open(storage)
    const strange = '</title><b>"Q&A"'
    await folder.begin({
      name: strange,
      options: { [strange]: strange },
      seed: 1,
      literature: { accuracy: { value: 1, source: strange } },
    })
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const metrics = { loss: epoch === 2 ? Number.NaN : 1 / epoch, [strange]: epoch, accuracy: Infinity }
      const rest = { learningRates: { optimizer: 0.1 / epoch }, examplesPerSecond: 1, seconds: 1 }
      await folder.append({ type: 'epoch', epoch, epochs, step: epoch, metrics, validation: undefined, ...rest })
      await folder.append({ type: 'step', step: epoch, epoch, values: { loss: epoch } })
    }
    await folder.append({ type: 'note', step: epochs, text: strange })
    await folder.update({ status: 'failed', reason: strange, results: { accuracy: 0.5, [strange]: Number.NaN } })
    await writeReport(storage)
    const html = await textOf(storage, 'report.html')
    expectWhole(html)
    expect(html).not.toContain('<b>')
    expect(html.length).toBeLessThan(120_000)
  })

  it('refuses folders without a run, and data that is none', async () => {
    await expect(writeReport(memoryStorage())).rejects.toThrow(/there is no run/)
    const storage = memoryStorage()
    await (await RunFolder.open(storage)).begin({ name: 'x' })
    const data = dataset({
      inputs: floatColumn(new Float32Array(4), [2]),
      labels: labelColumn(Uint8Array.of(0, 1), { classes: 2 }),
    })
    const model = nn.linear(2, 2) as nn.Module & { forward(x: Tensor): Tensor }
    await expect(writeReport(storage, { model, data, inputs: 'x' })).rejects.toThrow(/no column 'x'/)
    // @ts-expect-error
    await expect(writeReport(storage, { model, datas: data })).rejects.toThrow(/datas/)
    await writeReport(storage, { model, data })
    expectWhole(await textOf(storage, 'report.html'))
  })
})
