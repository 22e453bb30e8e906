/** `<recipe>-20250131-235959`: what the folder of a run is called that starts now. */
export function runFolderName(recipe: string, started: Date): string {
  const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0')
  const day = `${started.getFullYear()}${pad(started.getMonth() + 1)}${pad(started.getDate())}`
  const time = `${pad(started.getHours())}${pad(started.getMinutes())}${pad(started.getSeconds())}`
  return `${recipe}-${day}-${time}`
}
