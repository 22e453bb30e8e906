/** A light line with round ends, as a pen draws it. */
export function stroke(
  context: CanvasRenderingContext2D,
  from: readonly [number, number],
  to: readonly [number, number],
  width: number,
): void {
  context.strokeStyle = '#fff'
  context.lineWidth = width
  context.lineCap = 'round'
  context.beginPath()
  context.moveTo(...from)
  context.lineTo(...to)
  context.stroke()
}
