import { ReferenceBackend } from '../../src/backends/reference/index.js'
import { describeBackend } from './suite.js'

describeBackend(new ReferenceBackend())
