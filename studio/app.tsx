import { lazy, Suspense } from 'preact/compat'
import { Navigation } from './navigation'
import { Overview } from './overview/page'
import * as pictures from './overview/pictures'
import { route } from './parts/address'

/**
 * The pages by the first part of the address after '#/', each loaded when it is first opened. The bar and the overview show what stands here:
 * a title, one sentence about it, a picture, and the page.
 */
const pages = {
  playground: {
    title: 'Playground',
    about: 'Watch a small network learn points of the plane, change anything while it trains, and bring your own data.',
    picture: pictures.Playground,
    page: lazy(() => import('./playground/page')),
  },
  race: {
    title: 'Optimizer race',
    about:
      'Let optimizers descend together on surfaces that are hard in different ways, and see who gets stuck and why.',
    picture: pictures.Race,
    page: lazy(() => import('./race/page')),
  },
  convolution: {
    title: 'Convolution lab',
    about: 'Slide a window over a picture and see which sum each pixel of a feature map is.',
    picture: pictures.Convolution,
    page: lazy(() => import('./convolution/page')),
  },
  digits: {
    title: 'Digit lab',
    about: 'Draw a digit, see every layer of LeNet-5 read it, and find the smallest change that fools it.',
    picture: pictures.Digits,
    page: lazy(() => import('./digits/page')),
  },
  embedding: {
    title: 'Embeddings',
    about: 'See thousands of vectors at once by PCA, t-SNE and UMAP: layers of a network, or a file of yours.',
    picture: pictures.Embeddings,
    page: lazy(() => import('./embedding/page')),
  },
  runs: {
    title: 'Runs',
    about: 'Start recipes, follow their losses live, and compare what came out, with every point that was stored.',
    picture: pictures.Runs,
    page: lazy(() => import('./runs/page')),
  },
  network: {
    title: 'Network view',
    about:
      'See how data flows through a model, layer by layer, with shapes, counts, weights and what each layer gives.',
    picture: pictures.Network,
    page: lazy(() => import('./network/page')),
  },
  zoo: {
    title: 'Architecture zoo',
    about: 'Every network of the library, from LeNet-5 to ConvNeXt and U-Net, drawn in one visual language.',
    picture: pictures.Zoo,
    page: lazy(() => import('./zoo/page')),
  },
} as const

const titles = Object.entries(pages).map(([path, { title }]) => ({ path, title }))

export function App() {
  const { page: name } = route.value
  const shown = Object.hasOwn(pages, name) ? pages[name as keyof typeof pages] : undefined
  document.title = shown === undefined ? 'Shapewise Studio' : `${shown.title} · Shapewise Studio`
  return (
    <>
      <Navigation pages={titles} current={shown === undefined ? undefined : name} />
      {shown === undefined ? (
        <Overview pages={pages} />
      ) : (
        <Suspense fallback={<main class="loading">Loading …</main>}>
          <shown.page />
        </Suspense>
      )}
    </>
  )
}
