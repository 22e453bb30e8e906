// TensorFlow.js on the backend that the first argument names: wasm or cpu.
import { availableParallelism } from 'node:os'
import { answer } from './answer.js'

const [backend] = process.argv.slice(2)

const builders = (tf) => {
  const { layers } = tf

  /** The last layer gives probabilities, as the loss of `layers` wants them. */
  const training = (model, optimizer, x, y) => {
    model.compile({ optimizer, loss: 'categoricalCrossentropy' })
    return { parameters: model.countParams(), step: () => model.trainOnBatch(x, y) }
  }
  const labels = (shape, classes) => tf.oneHot(tf.randomUniform(shape, 0, classes, 'int32'), classes)

  return {
    matmul({ size }) {
      const [a, b] = [tf.randomNormal([size, size]), tf.randomNormal([size, size])]
      const step = async () => {
        const element = tf.tidy(() => tf.matMul(a, b).slice([0, 0], [1, 1]))
        const [value] = await element.data()
        element.dispose()
        return value
      }
      return { parameters: 0, step }
    },

    perceptron({ sizes, batch, activation, optimizer }) {
      const [inputs, ...outputs] = sizes
      const model = tf.sequential()
      outputs.forEach((units, i) => {
        const isLast = i === outputs.length - 1
        const inputShape = i === 0 ? { inputShape: [inputs] } : {}
        model.add(layers.dense({ units, activation: isLast ? 'softmax' : activation, ...inputShape }))
      })
      const chosen = optimizer === 'adam' ? tf.train.adam(1e-3) : tf.train.sgd(0.03)
      return training(model, chosen, tf.randomNormal([batch, inputs]), labels([batch], sizes.at(-1)))
    },

    lenet({ batch }) {
      const model = tf.sequential({
        layers: [
          layers.conv2d({ filters: 6, kernelSize: 5, padding: 'same', activation: 'relu', inputShape: [28, 28, 1] }),
          layers.maxPooling2d({ poolSize: 2 }),
          layers.conv2d({ filters: 16, kernelSize: 5, activation: 'relu' }),
          layers.maxPooling2d({ poolSize: 2 }),
          layers.flatten(),
          layers.dense({ units: 120, activation: 'relu' }),
          layers.dense({ units: 84, activation: 'relu' }),
          layers.dense({ units: 10, activation: 'softmax' }),
        ],
      })
      return training(model, tf.train.adam(1e-3), tf.randomNormal([batch, 28, 28, 1]), labels([batch], 10))
    },

    lstm({ batch, time, inputs, units }) {
      // The defaults are a piecewise linear function, which nobody else uses, and a very slow start.
      const recurrence = { recurrentActivation: 'sigmoid', recurrentInitializer: 'glorotUniform' }
      const model = tf.sequential({
        layers: [
          layers.lstm({ ...recurrence, units, returnSequences: true, inputShape: [time, inputs] }),
          layers.dense({ units: inputs, activation: 'softmax' }),
        ],
      })
      const y = labels([batch * time], inputs).reshape([batch, time, inputs])
      return training(model, tf.train.adam(1e-3), tf.randomNormal([batch, time, inputs]), y)
    },

    uncompiled({ size, operations }) {
      const x = tf.randomUniform([size, size])
      const step = async () => {
        const result = tf.tidy(() => {
          let y = x
          for (let i = 0; i < operations; i += 2) y = y.mul(x).add(1)
          return y
        })
        const [value] = await result.data()
        result.dispose()
        return value
      }
      return { parameters: 0, step }
    },
  }
}

await answer(async () => {
  const tf = await import('@tensorflow/tfjs')
  if (backend === 'wasm') {
    const { setThreadsCount } = await import('@tensorflow/tfjs-backend-wasm')
    setThreadsCount(availableParallelism())
  }
  await tf.setBackend(backend)
  await tf.ready()
  return {
    about: { version: tf.version.tfjs, backend: tf.getBackend() },
    build: (model, options) => builders(tf)[model]?.(options),
    read: (result) => result,
  }
})
