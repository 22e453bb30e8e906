import { Button, Slider } from '../../parts/controls'
import { Icon } from '../../parts/icons'
import { limits, methods, type Settings } from '../method/settings'
import type { EmbeddingModel } from '../model'
import { Choice } from './choice'

/** The methods and their settings, each of which takes effect by itself. */
export function MethodPanel({ model }: { readonly model: EmbeddingModel }) {
  const { settings } = model
  const { method } = settings.value
  const slider = (
    name: Numeric,
    label: string,
    hint: string,
    more: { step?: number; format?(value: number): string } = {},
  ) => (
    <Slider
      {...{ label, hint }}
      value={settings.value[name]}
      from={limits[name][0]}
      to={limits[name][1]}
      onChange={(value) => model.change({ [name]: value })}
      {...more}
    />
  )
  return (
    <>
      <Choice label="Method" value={method} options={methods} onChange={(chosen) => model.change({ method: chosen })} />
      {method === 'tsne' && (
        <>
          {slider('perplexity', 'Perplexity', 'How many neighbours each point minds, about')}
          {slider('rate', 'Learning rate', 'Times n / 48, and at least 50', {
            format: (rate) => `× ${rate < 0 ? `1/${2 ** -rate}` : 2 ** rate}`,
          })}
          {slider('exaggeration', 'Early exaggeration', 'How much more neighbours attract each other at first')}
          {slider('steps', 'Steps', 'How many steps are done', { step: 250, format: (n) => n.toLocaleString('en') })}
        </>
      )}
      {method === 'umap' && (
        <>
          {slider('neighbours', 'Neighbours', 'Few show what is local, many the whole')}
          {slider('distance', 'Least distance', 'How close points may come', {
            step: 0.01,
            format: (x) => x.toFixed(2),
          })}
          {slider('epochs', 'Epochs', 'How many passes over the graph are done', { step: 50 })}
        </>
      )}
      {method === 'pca' ? (
        <p class="hint">The directions in which the vectors differ most. Nothing has to be learned or chosen.</p>
      ) : (
        <div class="row wrap">
          <Button
            label={model.isPaused.value ? 'Continue' : 'Pause'}
            pressed={model.isPaused.value}
            onClick={() => model.pause(!model.isPaused.value)}
          >
            <Icon name={model.isPaused.value ? 'play' : 'pause'} />
          </Button>
          <Button label="Start again" onClick={() => void model.again()}>
            <Icon name="again" />
          </Button>
          <Button
            label="Start again from other random numbers"
            onClick={() => void model.again(settings.value.seed + 1)}
          >
            <Icon name="dice" />
          </Button>
          <small>seed {settings.value.seed}</small>
        </div>
      )}
    </>
  )
}

type Numeric = Extract<keyof Settings & keyof typeof limits, string>
