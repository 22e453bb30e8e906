import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const file = (path) => fileURLToPath(new URL(path, import.meta.url))
const node = (...args) => ({ command: process.execPath, args })
const installPeers = 'npm ci --prefix bench'

/** Shapewise on a backend, or on the one it chooses. */
export const shapewise = (backend) => ({
  key: backend,
  label: `shapewise ${backend ?? ''}`.trim(),
  isOurs: true,
  cure: 'npm run build',
  ...node('--import', file('shapewise-imports.js'), file('shapewise.js'), ...(backend ? [backend] : [])),
})

/** What some machines set for all programs, for a processor that OpenBLAS does not know; it slows PyTorch by up to 1.6 ×. */
const openblasSettings = ['OPENBLAS_CORETYPE', 'OPENBLAS_L2_SIZE']

/** Debian's PyTorch belongs to the system's Python. */
const python = process.env.PYTHON ?? (existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3')

const pytorch = (threads) => ({
  key: 'pytorch',
  label: `pytorch, ${threads} thread${threads > 1 ? 's' : ''}`,
  cure: 'apt-get install python3-torch libopenblas0-pthread, or set PYTHON to a Python that has torch',
  command: python,
  args: [file('pytorch.py'), `${threads}`],
  unset: openblasSettings,
})

const javascriptPeer = (key, script, ...args) => ({
  key,
  label: key,
  cure: installPeers,
  ...node(file(script), ...args),
})

/** Who else runs; of several with one key the fastest counts. */
export const peers = [
  pytorch(1),
  pytorch(2),
  javascriptPeer('jax-js', 'jax-js.js'),
  javascriptPeer('tfjs-wasm', 'tfjs.js', 'wasm'),
  javascriptPeer('tfjs-cpu', 'tfjs.js', 'cpu'),
  javascriptPeer('onnxruntime', 'onnxruntime.js'),
]

export const peerKeys = [...new Set(peers.map(({ key }) => key))]
