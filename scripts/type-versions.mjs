/**
 * Whether users' projects type-check against the declarations in `dist`, with each compiler and each kind of project: strict,
 * not strict, and JavaScript with // @ts-check. Right programs must compile and wrong ones must not.
 *
 *   npm run build && node scripts/type-versions.mjs [--tsc path/to/tsc …]
 *
 * Without --tsc the installed compiler is asked. Others stand in folders of their own:
 * `npm install --prefix /tmp/ts54 typescript@5.4`, then `--tsc /tmp/ts54/node_modules/typescript/bin/tsc`.
 */
import { parseArgs } from 'node:util'
import { compile, installed, withProject } from './consumer.mjs'

const { values: options } = parseArgs({ options: { tsc: { type: 'string', multiple: true } } })

/** Lines that compile in TypeScript and in JavaScript; those after `refused` must not compile. */
const head = [
  "import { arange, concat, einsum, grad, random, scan, stack, tensor, vmap, where, zeros } from 'shapewise'",
  "import * as nn from 'shapewise/nn'",
  "import { sgd } from 'shapewise/optim'",
  'const x = random.normal([128, 784]), w = random.normal([784, 10]), cube = zeros([2, 3, 4])',
]
const right = [
  'x.matmul(w).add(1).relu().sum(-1).reshape([2, 64])',
  'x.sub(x.mean(-1, { keepDims: true })).mean([0, 1]).item()',
  'concat([x, x], 1).split([784, -1], 1)[1].matmul(w)',
  'stack([x, x.mul(2)]).permute([1, 0, 2]).flatten(1)',
  "einsum('ij,jk->ik', x, w).softmax().argMax(1)",
  'where(x.greater(0), x, 0).slice([0, 4], null)',
  'x.sum().add(x.max()).add(x.any().cast("float32"))',
  'cube.squeeze().unsqueeze(0).transpose().pad(1).svd().s',
  'zeros(x.shape).add(x).dim(0)',
  'scan((sum, x) => { const s = sum.add(x); return [s, s] }, zeros([]), arange(10).cast("float32"))[1].dim(0)',
  'grad(x.matmul(w).square().mean(), [w])[0].add(w)',
  'nn.sequential(nn.linear(784, 32), nn.relu(), nn.linear(32, 10)).forward(x).add(x.matmul(w))',
  'nn.sequential(nn.linear(784, 32), (y) => y.relu(), nn.linear(32, 10)).forward(x).add(x.matmul(w))',
  'x.pipe(nn.linear(784, 32), nn.relu, (y) => y.sum(-1)).add(arange(128))',
  'nn.sequential(nn.conv2d(1, 6, 5, { groups: 1 }), nn.maxPool2d(2), nn.flatten(), nn.linear(864, 10)).forward(zeros([4, 28, 28, 1])).matmul(zeros([10, 3]))',
  'nn.crossEntropy(x.matmul(w), arange(128)).item()',
  'nn.meanSquaredError(x, 0).add(nn.huber(x, x)).item()',
  'x.matmul(nn.linear(784, 10).weight).add(x.matmul(w))',
  'sgd([]).minimize(x.mean())',
  'tensor([[1, 2], [3, 4]]).inverse().solve(tensor([1, 2]))',
  'const coin = Math.random() > 0.5; (coin ? zeros([8, 16]) : zeros([8, 1])).add(1).sum()',
]
const refused = [
  'x.matmul(x)',
  'x.add(zeros([11]))',
  'x.add([1, 2])',
  'x.reshape([3, 5])',
  'x.sum(2)',
  'x.at(128)',
  'concat([x, w])',
  'cube.at(0).inverse()',
  'grad(x.square(), x)',
  "einsum('ij,ij->ik', x, x)",
  'nn.linear(700, 10).forward(x)',
  'nn.sequential(nn.linear(784, 32), nn.relu(), nn.linear(31, 10))',
  'nn.sequential(nn.linear(784, 32), nn.linear(32, 10)).forward(w)',
  'x.pipe(nn.linear(784, 32), nn.relu, nn.linear(31, 10))',
  'nn.conv2d(1, 6, 5).forward(zeros([4, 3, 28, 1]))',
  'nn.conv2d(3, 6, 5, { groups: 2 })',
  'nn.crossEntropy(x.matmul(w), arange(127))',
  'nn.huber(x, w)',
  'sgd([]).minimize(x)',
  'x.matmul(nn.linear(700, 10).weight)',
]

/** TypeScript alone. */
const typed = [
  "import type { Tensor } from 'shapewise'",
  'export function images<B extends number>(x: Tensor<[B, 784]>): Tensor<[B, 28, 28]> { return x.reshape([x.dim(0), 28, 28]) }',
  'export function centred<S extends readonly number[]>(x: Tensor<S>): Tensor<S> { return x.sub(x.mean()) }',
  'export class Block<H extends number> extends nn.Module { declare w: Tensor<[H, H]>; forward(x: Tensor<[number, H]>): Tensor<[number, H]> { return x.matmul(this.w) } }',
  'export function dense<I extends number>(x: Tensor<[number, I]>, w: Tensor<[I, 10]>): Tensor<[number, 10]> { return x.matmul(w) }',
  'dense(x, w)',
  'export class Net<H extends number> extends nn.Module { declare hidden: nn.Linear<784, H>; declare output: nn.Linear<H, 10>; forward<const B extends number>(x: Tensor<[B, 784]>): Tensor<[B, 10]> { return x.pipe(this.hidden, nn.relu, this.output) } }',
  'const blocks: nn.Layer[] = [nn.linear(784, 10), nn.relu(), nn.conv2d(1, 6, 5), nn.sequential(nn.flatten())]',
  'nn.sequential(nn.flatten(), ...blocks, nn.linear(10, 3)).forward(x).matmul(zeros([3, 4]))',
  'export const each = vmap((x: Tensor<[784]>) => x.sum())(x).add(arange(128))',
]

const kinds = {
  strict: { files: ['program.ts'], options: { strict: true } },
  'strict: false': { files: ['program.ts'], options: { strict: false } },
  '// @ts-check': { files: ['program.js'], options: { strict: false, allowJs: true, checkJs: true } },
}

let failures = 0
for (const tsc of options.tsc ?? [installed]) {
  const version = compile(tsc, '.', ['--version']).output.trim()
  for (const [kind, { files, options: compilerOptions }] of Object.entries(kinds)) {
    const [name] = files
    const lines = [...head, ...(name.endsWith('.ts') ? typed : []), ...right, ...refused]
    const { output } = withProject({ [name]: lines.join('\n') }, (folder) => compile(tsc, folder), compilerOptions)
    const wrong = new Set([...output.matchAll(/program\.[tj]s\((\d+),/g)].map(([, line]) => Number(line) - 1))
    const first = lines.length - refused.length
    const complaints = [
      ...[...wrong].filter((line) => line < first).map((line) => `does not compile: ${lines[line]}`),
      ...refused.filter((_, i) => !wrong.has(first + i)).map((line) => `compiles, but is wrong: ${line}`),
    ]
    if (wrong.size === 0) complaints.push(output)
    failures += complaints.length
    console.log(
      `${version}, ${kind}: ${complaints.length === 0 ? 'as it should be' : `\n  ${complaints.join('\n  ')}`}`,
    )
  }
}
process.exitCode = failures === 0 ? 0 : 1
