import { afterEach, expect } from 'vitest'
import { takeCuts } from '../src/compiler/fuse/cuts.js'

afterEach(() => {
  expect(takeCuts(), 'groups without code, which were cut into their members').toBe(0)
})
