let watched = 0

/** Whether all compiled functions look for NaN, as with their option `check`. */
export const checksEverything = (): boolean => watched > 0

/** Has all compiled functions look for NaN until the function that it gives is called. */
export function checkEverything(): () => void {
  let isOver = false
  watched++
  return () => {
    if (!isOver) watched--
    isOver = true
  }
}
