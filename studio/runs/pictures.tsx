import { useState } from 'preact/hooks'
import type { RunDetails } from '../../src/studio/api'
import { Slider } from '../parts/controls'
import { type Reel, reels } from './reels'
import { fileAddress } from './server'

/** What a run has drawn; where it has drawn it again and again, over time. */
export function Pictures({ run }: { readonly run: RunDetails }) {
  return (
    <div class="reels">
      {reels(run.files).map((reel) => (
        <Frames key={reel.name} id={run.id} reel={reel} />
      ))}
    </div>
  )
}

function Frames({ id, reel: { name, frames } }: { readonly id: string; readonly reel: Reel }) {
  // The last one, also when a later one comes, unless somebody has gone back.
  const [chosen, setChosen] = useState<number | undefined>()
  const at = Math.min(chosen ?? frames.length - 1, frames.length - 1)
  const { file, epoch } = frames[at]!
  const title = name.replaceAll('-', ' ')
  return (
    <figure class="reel">
      <img
        src={fileAddress(id, file.path, file.time)}
        alt={epoch === undefined ? title : `${title} after epoch ${epoch}`}
        data-epoch={epoch}
      />
      <figcaption>{title}</figcaption>
      {frames.length > 1 && (
        <Slider
          label="After epoch"
          from={0}
          to={frames.length - 1}
          value={at}
          format={(value) => String(frames[value]?.epoch)}
          onChange={(value) => setChosen(value === frames.length - 1 ? undefined : value)}
        />
      )}
    </figure>
  )
}
