/** Text as it may stand in HTML. */
export const escapeHtml = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')

const style = `
:root{color-scheme:light dark;--faint:#667;--line:#dde;--back:#fff;--text:#222}
@media (prefers-color-scheme:dark){:root{--faint:#99a;--line:#334;--back:#16181d;--text:#ddd}}
body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;background:var(--back);color:var(--text)}
h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
p.about{color:var(--faint);margin:.2rem 0}
table{border-collapse:collapse}td,th{padding:.2rem 1.2rem .2rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
td.number{text-align:right;font-variant-numeric:tabular-nums}th{font-weight:600;color:var(--faint)}td.faint{color:var(--faint)}
pre{overflow:auto;font:12px/1.45 ui-monospace,monospace;border:1px solid var(--line);border-radius:6px;padding:.8rem}
.charts{display:flex;flex-wrap:wrap;gap:1rem}.charts svg,.pictures svg{max-width:100%;height:auto}
.gallery{display:flex;flex-wrap:wrap;gap:1rem}.gallery figure{margin:0;width:112px;font-size:12px;line-height:1.3;color:var(--faint)}
.gallery img{width:112px;height:112px;object-fit:contain;image-rendering:pixelated;background:#8882}
.pictures figure{margin:0 0 1rem}.pictures img{max-width:100%;image-rendering:pixelated}figcaption{color:var(--faint);font-size:13px}
`

/** A page that needs nothing beside itself. */
export const page = (title: string, sections: readonly string[]): string =>
  `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body>
${sections.filter((section) => section !== '').join('\n')}
</body>
</html>
`

/** A heading with what belongs to it; nothing if there is nothing. */
export const section = (title: string, content: string): string =>
  content === '' ? '' : `<section><h2>${escapeHtml(title)}</h2>${content}</section>`

/** A table; a number in a row stands to the right. */
export function table(
  header: readonly string[],
  rows: readonly (readonly (string | { readonly number: string })[])[],
): string {
  if (rows.length === 0) return ''
  const head = header.length === 0 ? '' : `<tr>${header.map((text) => `<th>${escapeHtml(text)}</th>`).join('')}</tr>`
  const cell = (content: string | { readonly number: string }): string =>
    typeof content === 'string'
      ? `<td>${escapeHtml(content)}</td>`
      : `<td class="number">${escapeHtml(content.number)}</td>`
  return `<table>${head}${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('')}</table>`
}

/** The bytes of a picture as an address. */
export function dataUrl(name: string, bytes: Uint8Array): string {
  const type = name.endsWith('.svg') ? 'image/svg+xml' : name.endsWith('.jpg') ? 'image/jpeg' : 'image/png'
  let text = ''
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return `data:${type};base64,${btoa(text)}`
}
