import type { Entry } from './entry.js'

export const creation = {
  arange: ['arange(0, 10, 2)', 'np.arange', 'torch.arange', 'jnp.arange', 'no', 'any'],
  eye: ['eye(3)', 'np.eye', 'torch.eye', 'jnp.eye', 'no', 'any'],
  full: ['full([2, 3], 7)', 'np.full', 'torch.full', 'jnp.full', 'no', 'any'],
  linspace: ['linspace(0, 1, 5)', 'np.linspace', 'torch.linspace', 'jnp.linspace', 'no', 'any'],
  meshgrid: ['meshgrid([x, y])', 'np.meshgrid', 'torch.meshgrid', 'jnp.meshgrid', 'yes', 'any'],
  ones: ['ones([2, 3])', 'np.ones', 'torch.ones', 'jnp.ones', 'no', 'any'],
  zeros: ['zeros([2, 3])', 'np.zeros', 'torch.zeros', 'jnp.zeros', 'no', 'any'],
} as const satisfies { readonly [operation: string]: Entry }
