// jax-js on WebAssembly. Its arrays are consumed by what uses them, unless `.ref` counts one more use.
import { answer } from './answer.js'

const builders = ({ numpy: np, nn, random, valueAndGrad, jit, lax }) => {
  let keys = 0
  const normal = (shape, scale = 1) => random.normal(random.key(keys++), shape).mul(scale)
  const labels = (count, classes) =>
    nn.oneHot(
      np
        .arange(count)
        .astype(np.int32)
        .mod(np.array(classes, { dtype: np.int32 })),
      classes,
    )

  // As wide as the uniform numbers in ± 1 / √inputs of the others.
  const dense = (inputs, outputs) => [normal([inputs, outputs], 1 / Math.sqrt(3 * inputs)), np.zeros([outputs])]
  const filters = (outputs, inputs, size) => [
    normal([outputs, inputs, size, size], 1 / Math.sqrt(3 * inputs * size * size)),
    np.zeros([outputs, 1, 1]),
  ]
  const refs = (arrays) => arrays.map((array) => array.ref)

  const sgd = (rate) => ({
    slots: 0,
    update: (parameter, gradient) => [parameter.sub(gradient.mul(rate))],
  })
  const adam = (rate) => ({
    slots: 2,
    update(parameter, gradient, [mean, square], [first, second]) {
      const nextMean = mean.mul(0.9).add(gradient.ref.mul(0.1))
      const nextSquare = square.mul(0.999).add(gradient.ref.mul(gradient).mul(0.001))
      const direction = nextMean.ref.mul(first).div(np.sqrt(nextSquare.ref.mul(second)).add(1e-8))
      return [parameter.sub(direction.mul(rate)), nextMean, nextSquare]
    },
  })

  const training = (parameters, logits, optimizer, x, y) => {
    const count = parameters.reduce((total, { shape }) => total + shape.reduce((product, n) => product * n, 1), 0)
    const examples = y.shape[0]
    const lossOf = (weights, x, y) =>
      nn
        .logSoftmax(logits(weights, x))
        .mul(y)
        .sum()
        .mul(-1 / examples)
    let weights = parameters
    let state = Array.from({ length: optimizer.slots }, () => parameters.map(({ shape }) => np.zeros(shape)))
    let steps = 0
    const step = jit((weights, state, corrections, x, y) => {
      const [loss, gradients] = valueAndGrad(lossOf)(refs(weights), x, y)
      const next = weights.map((weight, i) => {
        const slots = state.map((slot) => slot[i])
        return optimizer.update(weight, gradients[i], slots, refs(corrections))
      })
      for (const correction of corrections) correction.dispose()
      const [nextWeights, ...nextState] = Array.from({ length: 1 + optimizer.slots }, (_, k) =>
        next.map((all) => all[k]),
      )
      return [loss, nextWeights, nextState]
    })
    return {
      parameters: count,
      step() {
        steps++
        const corrections = optimizer.slots > 0 ? [1 / (1 - 0.9 ** steps), 1 / (1 - 0.999 ** steps)] : []
        const arrays = corrections.map((value) => np.array(value))
        const [loss, nextWeights, nextState] = step(weights, state, arrays, x.ref, y.ref)
        weights = nextWeights
        state = nextState
        return loss
      },
    }
  }

  const perceptronLogits = (activation, count) => (weights, x) => {
    let y = x
    for (let i = 0; i < count; i++) {
      y = np.matmul(y, weights[2 * i]).add(weights[2 * i + 1])
      if (i < count - 1) y = activation === 'tanh' ? np.tanh(y) : nn.relu(y)
    }
    return y
  }

  return {
    matmul({ size }) {
      const [a, b] = [normal([size, size]), normal([size, size])]
      return { parameters: 0, step: () => np.matmul(a.ref, b.ref).slice(0, 0) }
    },

    perceptron({ sizes, batch, activation, optimizer }) {
      const outputs = sizes.slice(1)
      const parameters = outputs.flatMap((size, i) => dense(sizes[i], size))
      const chosen = optimizer === 'adam' ? adam(1e-3) : sgd(0.03)
      const logits = perceptronLogits(activation, outputs.length)
      return training(parameters, logits, chosen, normal([batch, sizes[0]]), labels(batch, sizes.at(-1)))
    },

    lenet({ batch }) {
      const parameters = [filters(6, 1, 5), filters(16, 6, 5), dense(400, 120), dense(120, 84), dense(84, 10)].flat()
      const pool = (x) => lax.reduceWindow(x, np.max, [2, 2], [2, 2])
      const logits = ([w1, b1, w2, b2, ...rest], x) => {
        const first = pool(nn.relu(lax.conv(x, w1, [1, 1], 'SAME').add(b1)))
        const second = pool(nn.relu(lax.conv(first, w2, [1, 1], 'VALID').add(b2)))
        return perceptronLogits('relu', 3)(rest, second.reshape([batch, 400]))
      }
      return training(parameters, logits, adam(1e-3), normal([batch, 1, 28, 28]), labels(batch, 10))
    },

    transformer({ batch, time, width, heads, depth, classes }) {
      const norm = () => [np.ones([width]), np.zeros([width])]
      const blocks = Array.from({ length: depth }, () => [
        ...[...norm(), ...dense(width, 3 * width), ...dense(width, width)],
        ...[...norm(), ...dense(width, 4 * width), ...dense(4 * width, width)],
      ])
      const parameters = [...blocks.flat(), ...dense(width, classes)]
      const applyNorm = (x, [scale, shift]) => nn.standardize(x, -1).mul(scale).add(shift)
      const applyDense = (x, [weight, bias]) => np.matmul(x, weight).add(bias)
      const block = (x, weights) => {
        const projected = applyDense(applyNorm(x.ref, weights.slice(0, 2)), weights.slice(2, 4))
        const [queries, keys, values] = np
          .split(projected, 3, -1)
          .map((part) => part.reshape([batch, time, heads, width / heads]).transpose([0, 2, 1, 3]))
        // Not nn.dotProductAttention, which needs Node 22.
        const scores = np.matmul(queries, keys.transpose([0, 1, 3, 2])).mul(Math.sqrt(heads / width))
        const mixed = np.matmul(nn.softmax(scores, -1), values).transpose([0, 2, 1, 3]).reshape([batch, time, width])
        const attended = x.add(applyDense(mixed, weights.slice(4, 6)))
        const hidden = applyDense(applyNorm(attended.ref, weights.slice(6, 8)), weights.slice(8, 10))
        return attended.add(applyDense(nn.gelu(hidden, { approximate: false }), weights.slice(10, 12)))
      }
      const logits = (weights, x) => {
        let y = x
        for (let i = 0; i < depth; i++) y = block(y, weights.slice(12 * i, 12 * (i + 1)))
        return applyDense(y, weights.slice(-2)).reshape([batch * time, classes])
      }
      return training(parameters, logits, adam(1e-3), normal([batch, time, width]), labels(batch * time, classes))
    },

    uncompiled({ size, operations }) {
      const x = random.uniform(random.key(0), [size, size])
      const step = () => {
        let y = x.ref
        for (let i = 0; i < operations; i += 2) y = y.mul(x.ref).add(1)
        return y
      }
      return { parameters: 0, step }
    },
  }
}

await answer(async () => {
  const jax = await import('@jax-js/jax')
  await jax.init('wasm')
  jax.defaultDevice('wasm')
  return {
    about: { backend: 'wasm' },
    build: (model, options) => builders(jax)[model]?.(options),
    async read(result) {
      const values = await result.data()
      return values[0]
    },
  }
})
