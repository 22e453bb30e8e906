const paths = {
  play: 'M5 3.5v13l11-6.5z',
  pause: 'M5 4h3.5v12H5zM11.5 4H15v12h-3.5z',
  step: 'M4 4v12l8-6zM13 4h2.5v12H13z',
  again: 'M10 4a6 6 0 1 0 5.7 4.1l-1.7.6A4.2 4.2 0 1 1 10 5.8V8.5L14 5l-4-3.5z',
  dice: 'M4.5 3h11A1.5 1.5 0 0 1 17 4.5v11a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 15.5v-11A1.5 1.5 0 0 1 4.5 3zm2 2a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8zm7 0a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8zM10 8.6a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8zm-3.5 3.6a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8zm7 0a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8z',
  pen: 'M13.9 2.6l3.5 3.5L7 16.5l-4.4.9.9-4.4z',
  down: 'M5 7.5l5 5 5-5-1.3-1.3L10 9.9 6.3 6.2z',
  sun: 'M10 6a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM9.2 1h1.6v3H9.2zm0 15h1.6v3H9.2zM1 9.2h3v1.6H1zm15 0h3v1.6h-3zM3.1 4.2l1.1-1.1 2.1 2.1-1.1 1.1zm10.6 10.6 1.1-1.1 2.1 2.1-1.1 1.1zM3.1 15.8l2.1-2.1 1.1 1.1-2.1 2.1zM13.7 5.2l2.1-2.1 1.1 1.1-2.1 2.1z',
  moon: 'M12.5 2.5A7.5 7.5 0 1 0 17.5 13 6.5 6.5 0 0 1 12.5 2.5z',
} as const

/** A sign of 20 × 20 in the colour of the text; the button around it says what it means. */
export function Icon({ name }: { readonly name: keyof typeof paths }) {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" fill="currentColor" fill-rule="evenodd" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
