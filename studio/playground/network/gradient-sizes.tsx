import type { Trainer } from '../training/trainer'

const DECADES = 8

/** How large the gradients of each layer's weights are, in powers of ten: where a bar is short, the layer learns next to nothing. */
export function GradientSizes({ trainer }: { readonly trainer: Trainer }) {
  const links = trainer.frame.value?.links ?? []
  const sizes = links.map(({ gradients }) => {
    const sum = gradients.reduce((total, gradient) => total + gradient * gradient, 0)
    return Math.sqrt(sum / Math.max(1, gradients.length))
  })
  return (
    <section class="gradients" aria-label="Gradient sizes">
      <h3>Gradient by layer</h3>
      <p class="hint">Root mean square of ∂loss/∂w; each mark is a power of ten.</p>
      <div class="bars">
        {sizes.map((size, i) => {
          const share = size > 0 ? Math.max(0, Math.min(1, (Math.log10(size) + DECADES) / DECADES)) : 0
          const name = i === sizes.length - 1 ? 'output' : `layer ${i + 1}`
          return (
            <div key={name} class="bar-row">
              <span>{name}</span>
              <div class="bar-track">
                <div class="bar-fill" style={{ width: `${100 * share}%` }} />
              </div>
              <span data-gradient={name}>{size.toExponential(1)}</span>
            </div>
          )
        })}
      </div>
    </section>
  )
}
