import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** Threads share memory only in pages that are isolated from others; what is served as plain files computes on one thread. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

export default defineConfig({
  root: path('.'),
  base: './',
  // The library as users get it: `npm run build` makes it.
  resolve: {
    alias: [
      { find: /^shapewise$/, replacement: path('../dist/index.js') },
      { find: /^shapewise\/(.*)$/, replacement: `${path('../dist')}/$1/index.js` },
    ],
  },
  server: { headers: isolation },
  preview: { headers: isolation },
  // Layers are shown by the names of their classes.
  worker: { format: 'es', rolldownOptions: { output: { keepNames: true } } },
  build: { outDir: path('../dist/studio'), emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 1500 },
})
