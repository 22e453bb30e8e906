import { expect, it } from 'vitest'
import { hostOf } from '../../src/core/host.js'

it('Bun and Deno are told apart from the Node that they call themselves', () => {
  expect(hostOf({ node: '26.3.0', bun: '1.4.5' })).toEqual({ name: 'bun', version: 'v1.4.5' })
  expect(hostOf({ node: '24.2.0', deno: '2.9.0', v8: '14' })).toEqual({ name: 'deno', version: 'v2.9.0' })
  expect(hostOf(process.versions)).toEqual({ name: 'node', version: process.version })
})
