/** Sixteen pictures of 28 × 28 with a label each, to train and to test on. */
const digits = `
    const pixels = new Uint8Array(16 * 784)
    const digits = new Uint8Array(16)
    const train = dataset({ inputs: floatColumn(pixels, [28, 28, 1], { scale: 1 / 255 }), labels: labelColumn(digits) })
    const test = train.take(8)`

/**
 * What snippets mention without declaring it, by the file that they stand in. Names that the package exports need no line: each
 * snippet sees all of them, those of its own floor first. Imports are for what is not exported.
 */
export const preludes: { readonly [file: string]: string } = {
  'README.md': '',
  'src/nn/layers/pooling/regional.ts': 'const pictures = ones([128, 28, 28, 6])',
  'src/projections/search.ts': `
    const queries = random.normal([100, 8])
    const database = random.normal([50, 8])`,
  'src/projections/whitening.ts': `
    const drawings = random.normal([200, 80])
    const others = random.normal([200, 80])
    const queries = random.normal([5, 80])`,
  'docs/architecture.md': `
    const model = nn.sequential(nn.linear(784, 10))
    const optimizer = adam(model)`,
  'docs/guide/optimizers.md': `
    const model = nn.sequential(nn.linear(8, 16), nn.linear(16, 4))
    const inputs = ones([32, 8])
    const labels = zeros([32], 'int32')`,
  'src/data/pictures/warp.ts': `
    const corners = tensor([[[0, 0], [9, 0], [9, 9], [0, 9]]])`,
  'src/nn/losses/cross-entropy.ts': `
    const model = linear(784, 10)
    const pictures = zeros([128, 784])
    const labels = zeros([128], 'int32')`,
  'src/nn/functional.ts': `
    const model = linear(3, 2)
    const x = ones([4, 3])
    const y = zeros([4, 2])`,
  'src/nn/layers/convolution/plain.ts': `
    const pictures = zeros([128, 28, 28, 1])
    const sequences = zeros([128, 100, 8])
    const volumes = zeros([2, 16, 16, 16, 1])`,
  'src/nn/layers/convolution/transposed.ts': `
    const smallPictures = zeros([128, 14, 14, 6])
    const smallSequences = zeros([128, 100, 8])
    const smallVolumes = zeros([2, 8, 8, 8, 8])`,
  'src/nn/layers/convolution/depthwise.ts': `
    const maps = zeros([128, 14, 14, 6])
    const sequences = zeros([128, 100, 8])
    const volumes = zeros([2, 8, 8, 8, 4])`,
  'src/nn/layers/convolution/separable.ts': `
    const maps = zeros([128, 14, 14, 6])
    const sequences = zeros([128, 100, 8])
    const volumes = zeros([2, 8, 8, 8, 4])`,
  'src/nn/layers/pooling/adaptive.ts': `
    const sequences = zeros([128, 100, 6])
    const pictures = zeros([128, 28, 28, 6])
    const volumes = zeros([2, 16, 16, 16, 1])`,
  'src/nn/layers/pooling/average.ts': `
    const sequences = zeros([128, 100, 6])
    const pictures = zeros([128, 28, 28, 6])
    const volumes = zeros([2, 16, 16, 16, 1])`,
  'src/nn/layers/pooling/lp.ts': `
    const sequences = zeros([128, 100, 6])
    const pictures = zeros([128, 28, 28, 6])
    const volumes = zeros([2, 16, 16, 16, 1])`,
  'src/nn/layers/pooling/max.ts': `
    const sequences = zeros([128, 100, 6])
    const pictures = zeros([128, 28, 28, 6])
    const volumes = zeros([2, 16, 16, 16, 1])`,
  'src/nn/layers/pooling/unpooling.ts': `
    const sequences = zeros([128, 100, 6])
    const pictures = zeros([128, 28, 28, 6])
    const volumes = zeros([2, 16, 16, 16, 1])`,
  'src/nn/layers/pooling/global.ts': `const pictures = zeros([128, 28, 28, 6])`,
  'src/nn/layers/pooling/stochastic.ts': `const pictures = zeros([128, 28, 28, 6])`,
  'src/nn/layers/resampling/padding.ts': `
    const sequences = zeros([128, 100, 6])
    const pictures = zeros([128, 28, 28, 6])
    const volumes = zeros([2, 16, 16, 16, 1])`,
  'src/nn/layers/resampling/upsample.ts': `
    const sequences = zeros([128, 100, 6])
    const pictures = zeros([128, 28, 28, 6])
    const volumes = zeros([2, 16, 16, 16, 1])`,
  'src/nn/layers/resampling/pixel-shuffle.ts': `const maps = zeros([128, 14, 14, 8])`,
  'src/nn/layers/normalization/features.ts': `const tokens = zeros([8, 64, 512])`,
  'src/nn/layers/normalization/groups.ts': `
    const maps = zeros([128, 14, 14, 6])
    const sequences = zeros([128, 100, 8])
    const volumes = zeros([2, 16, 16, 16, 1])`,
  'src/nn/layers/normalization/local-response.ts': `const maps = zeros([128, 14, 14, 6])`,
  'src/nn/layers/normalization/weights.ts': `const pictures = zeros([128, 784])`,
  'src/nn/layers/linear/linear.ts': `const pictures = zeros([128, 784])`,
  'src/nn/layers/flatten.ts': `const pictures = zeros([128, 5, 5, 16])`,
  'src/nn/layers/combination/sequential.ts': `const pictures = zeros([128, 28, 28, 1])`,
  'src/models/tabular.ts': `const rows = zeros([4, 3])`,
  'src/models/lenet.ts': `const pictures = zeros([2, 28, 28, 1])`,
  'src/models/mlp.ts': `const pictures = zeros([128, 28, 28, 1])`,
  'src/optim/rules/adadelta.ts': `const model = nn.linear(2, 1)`,
  'src/optim/rules/adafactor.ts': `const model = nn.linear(2, 1)`,
  'src/optim/rules/adagrad.ts': `const model = nn.linear(2, 1)`,
  'src/optim/rules/adam.ts': `const model = nn.linear(2, 1)`,
  'src/optim/rules/adamax.ts': `const model = nn.linear(2, 1)`,
  'src/optim/rules/lamb.ts': `const model = nn.linear(2, 1)`,
  'src/optim/rules/lars.ts': `const model = nn.linear(2, 1)`,
  'src/optim/rules/lion.ts': `const model = nn.linear(2, 1)`,
  'src/optim/rules/muon.ts': `const model = nn.linear(2, 1)`,
  'src/optim/rules/nadam.ts': `const model = nn.linear(2, 1)`,
  'src/optim/rules/radam.ts': `const model = nn.linear(2, 1)`,
  'src/optim/rules/rms-prop.ts': `const model = nn.linear(2, 1)`,
  'src/optim/rules/rprop.ts': `const model = nn.linear(2, 1)`,
  'src/optim/rules/schedule-free.ts': `const model = nn.linear(2, 1)`,
  'src/optim/rules/sgd.ts': `const model = nn.linear(2, 1)`,
  'src/optim/wrappers/lookahead.ts': `const model = nn.linear(2, 1)`,
  'src/optim/wrappers/sam.ts': `const model = nn.linear(2, 1)`,
  'src/optim/schedules/schedule.ts': `const model = nn.linear(2, 1)`,
  'src/optim/schedules/plateau.ts': `const optimizer = sgd(nn.linear(2, 1))`,
  'src/optim/second-order/lbfgs.ts': `
    const model = nn.linear(2, 1)
    const [x, y] = [ones([8, 2]), ones([8, 1])]`,
  'src/operations/movement/slicing.ts': `const x = zeros([2, 6, 4])`,
  'src/operations/contraction/convolution.ts': `
    const images = zeros([8, 28, 28, 1])
    const kernel = zeros([5, 5, 1, 6])`,
  'src/operations/contraction/matmul.ts': `
    const x = zeros([128, 784])
    const w = zeros([784, 10])`,
  'src/operations/contraction/einsum.ts': `
    const queries = zeros([2, 3, 4, 5])
    const keys = zeros([2, 6, 4, 5])`,
  'src/operations/neural/losses.ts': `
    const logits = zeros([128, 10])
    const labels = zeros([128], 'int32')`,
  'src/tensor/call.ts': '',
  'src/tensor/control.ts': `const values = arange(5).cast('float32')`,
  'src/tensor/compile.ts': `
    const model = nn.sequential(nn.linear(784, 10))
    const optimizer = adam(model)`,
  'src/tensor/functions/convolutions.ts': `
    const images = zeros([8, 28, 28, 1])
    const kernel = zeros([5, 5, 1, 6])
    const grid = zeros([8, 9, 9, 2])`,
  'src/tensor/methods/pictures.ts': `const x = zeros([8, 14, 14, 3])`,
  'src/tensor/functions.ts': `
    const a = zeros([2, 3, 4])
    const b = zeros([2, 4, 5])
    const x = tensor([-1, 2])`,
  'src/tensor/gradients.ts': `
    const [w, b] = [ones([3]), ones([])]
    const loss = w.sum().add(b)
    const squaredError = (weights: Tensor<[3]>, x: Tensor<[3]>, y: Tensor<[]>) => weights.dot(x).sub(y).square()
    const [weights, inputs, labels] = [ones([3]), ones([8, 3]), ones([8])]`,
  'src/tensor/variable.ts': `const count = new Variable(zeros([]), 'count')`,
  'src/tensor/vmap.ts': `
    const loss = (weights: Tensor<[3]>, x: Tensor<[3]>, y: Tensor<[]>) => weights.dot(x).sub(y).square()
    const [weights, inputs, labels] = [ones([3]), ones([8, 3]), ones([8])]`,
  'src/tensor/methods/reading.ts': `const x = zeros([2, 3, 4])`,
  'src/tensor/methods/movement.ts': `const x = zeros([2, 6, 4])`,
  'src/tensor/methods/pipe.ts': `
    const x = zeros([2, 8, 8, 3])
    const { relu } = nn
    const convolution = nn.conv2d(3, 4, 3)
    const linear = nn.linear(144, 10)`,
  'src/core/threefry.ts': `
    import { RandomStream, threefry2x32 } from '../../../src/core/threefry.js'`,
  'src/transform/batching.ts': `
    import { build } from '../../../src/graph/index.js'
    import { batch } from '../../../src/transform/batching.js'
    const examples = zeros([8, 3]).node`,
  'src/data/memory/batches.ts': `${digits}
    const epoch = 1`,
  'src/data/memory/dataset.ts': digits,
  'src/data/memory/column.ts': `
    const images = new Uint8Array(16 * 784)
    const labels = new Uint8Array(16)
    const wordNumbers = new Int32Array(60)
    const sentenceLength = 20`,
  'src/recipes/recipe.ts': `const trainXor = async (epochs: number): Promise<number> => Math.min(1, epochs)`,
  'src/formats/checkpoint.ts': `const model = nn.linear(2, 1)`,
  'docs/guide/files.md': `
    import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
    const folder = mkdtempSync('/tmp/shapewise-')
    const fixture = (name: string) => JSON.parse(readFileSync(\`tests/fixtures/\${name}.json\`, 'utf8'))
    const put = (name: string, base64: string) => writeFileSync(\`\${folder}/\${name}\`, base64, 'base64')
    put('model.pt', fixture('pytorch').models.linear.file)
    put('model.keras', fixture('keras').cases.pictures.file)
    put('model.gguf', fixture('gguf').files.all)
    const { files } = fixture('tensorflowjs').cases['graph: pictures']
    for (const name of Object.keys(files)) put(name, files[name])`,
  'docs/guide/onnx.md': `
    const labels = zeros([4], 'int32')`,
  'src/formats/onnx/import/from-onnx.ts': `
    const bytes = await toOnnx(nn.conv2d(3, 4, 3), [zeros([1, 8, 8, 3])], { channels: 'first' })
    const picture = zeros([1, 3, 8, 8])`,
  'src/formats/onnx/export/to-onnx.ts': `
    import { mkdtempSync } from 'node:fs'
    const model = nn.linear(2, 1)
    const path = mkdtempSync('/tmp/shapewise-') + '/model.onnx'`,
  'src/formats/safetensors/file.ts': `const model = nn.linear(2, 1)`,
  'src/formats/safetensors/write.ts': `const model = nn.linear(2, 1)`,
  'src/train/evaluate.ts': `${digits}
    const lenet = nn.sequential(nn.flatten(), nn.linear(784, 10))`,
  'src/train/predict.ts': `${digits}
    const lenet = nn.sequential(nn.flatten(), nn.linear(784, 10))`,
  'src/train/fit.ts': `${digits}
    const model = nn.sequential(nn.flatten(), nn.linear(784, 10))`,
  'src/train/callbacks/tensorboard.ts': `${digits}
    const model = nn.sequential(nn.flatten(), nn.linear(784, 10))`,
  'src/train/finders/learning-rate.ts': `${digits}
    const model = nn.sequential(nn.flatten(), nn.linear(784, 10))`,
  'src/train/finders/batch-size.ts': `${digits}
    const model = nn.sequential(nn.flatten(), nn.linear(784, 10))`,
}
