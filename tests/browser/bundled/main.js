import * as shapewise from '../../../dist/index.js'
import * as nn from '../../../dist/nn/index.js'
import * as optim from '../../../dist/optim/index.js'

globalThis.library = { shapewise, nn, optim }
