/**
 * How people write the ten digits: for each, several styles, each a list of pen strokes.
 *
 * A stroke is written as the points it runs smoothly through, `x,y` in hundredths of a square with x to the right and y
 * down; at a point marked `!` the pen turns sharply. Weights say how common a style is among the styles of its digit.
 */

export interface ControlPoint {
  readonly x: number
  readonly y: number
  readonly corner: boolean
}

export type Stroke = readonly ControlPoint[]

export interface DigitStyle {
  readonly weight: number
  readonly strokes: readonly Stroke[]
}

const stroke = (points: string): Stroke =>
  points.split(' ').map((point) => {
    const [x, y] = point.replace('!', '').split(',').map(Number)
    return { x: x! / 100, y: y! / 100, corner: point.endsWith('!') }
  })

const style = (weight: number, ...strokes: readonly string[]): DigitStyle => ({ weight, strokes: strokes.map(stroke) })

const zero = [
  // A closed oval begun at the top.
  style(5, '55,2 22,14 6,50 20,86 50,98 82,84 94,50 82,16 50,3'),
  // Begun at the upper right, the end crossing the start.
  style(3, '72,10 40,4 12,30 8,68 36,97 72,90 92,55 80,20 52,8 34,16'),
  // Narrow and pointed.
  style(1.5, '60,0 35,25 22,60 30,92 50,98 70,75 78,40 70,10 56,3'),
  // Not quite closed at the top.
  style(1.2, '40,6 12,32 10,70 42,97 82,82 92,42 76,10 58,6'),
  // Wide, begun on the left.
  style(1, '14,36 4,66 30,96 70,92 98,60 86,22 50,6 20,22 10,46'),
]

const one = [
  style(8, '50,0 50,35 50,70 50,100'),
  // Slightly curved.
  style(1.5, '47,0 51,30 52,65 49,100'),
  // With a flag.
  style(1, '30,24 42,12 52,0! 51,50 50,100'),
  // With a flag and a foot.
  style(0.7, '28,20 40,12 50,0! 50,50 50,98', '20,99 50,98 82,97'),
]

const two = [
  // A round top, a diagonal, a flat foot.
  style(4, '12,26 24,8 52,0 78,12 80,36 56,64 10,97! 50,94 94,96'),
  // A loop at the lower left.
  style(3, '14,22 34,4 64,3 80,22 70,50 40,82 14,96 3,86 16,75 42,84 68,96 98,92'),
  // A large head curling inwards, a round loop, a short tail.
  style(3, '22,32 26,10 56,0 82,14 82,42 62,72 30,94 6,90 8,72 34,68 62,84 84,96'),
  // The foot curves into a wave.
  style(2, '8,20 30,2 62,4 74,24 60,54 12,94! 34,84 60,92 96,86'),
  // A small top and a wide foot.
  style(2, '24,14 44,2 66,10 66,36 42,70 6,98! 50,98 105,90'),
  // Angular, like a Z.
  style(1, '6,10 40,6 72,8 74,20 44,58 8,94! 50,92 92,94'),
]

const three = [
  // Two bowls that meet in a point.
  style(5, '14,12 42,0 74,10 74,30 38,46! 74,56 84,78 50,99 8,92'),
  // A small loop between the bowls.
  style(2, '16,10 48,0 78,14 66,38 40,48 34,42 50,42 78,58 80,82 46,100 6,90'),
  // A flat top.
  style(1.5, '10,8 44,4 80,3! 60,22 38,40! 72,48 84,74 52,98 10,90'),
  // Hooks at both ends, the bowls smooth.
  style(2.5, '10,22 22,6 56,0 74,18 56,42 46,46 68,54 80,76 58,98 20,98 6,84'),
  // A wide upper bowl running far left, the lower one small.
  style(2, '2,14 40,0 82,6 76,28 36,44! 64,52 74,74 50,96 14,98'),
  // A narrow upper bowl, the lower one large and low.
  style(1.5, '26,8 50,0 68,12 60,30 40,38! 76,44 92,68 72,94 34,100 4,86'),
]

const four = [
  // Open top: an angle and an upright beside it.
  style(4, '18,4 12,28 8,54! 44,55 86,50', '78,0 74,50 68,100'),
  // A rounded left side running into the upright.
  style(3, '16,4 10,34 24,54 54,50 78,30 86,2! 80,40 74,100'),
  // Closed top: a triangle.
  style(2, '66,2 36,32 4,64! 50,62 98,60', '68,0 66,50 64,100'),
  // Closed top in one go, the bar not crossing the upright.
  style(1.2, '74,6 44,20 14,52! 44,56 74,50! 76,6! 72,50 66,100'),
  // A rounded angle whose bar ends at the upright, the upright low.
  style(3, '12,0 6,24 16,46 48,48 80,42', '82,8 76,50 72,100'),
  // A bar that runs far to the right across a short upright.
  style(2, '34,0 18,30 4,58! 50,58 108,52', '66,30 62,60 56,100'),
]

const five = [
  // Down, bowl, and the hat drawn after.
  style(4, '30,8 24,26 20,42! 52,40 78,60 70,88 38,100 6,90', '30,7 60,5 94,2'),
  // In one go from the right end of the hat.
  style(4, '92,2 60,5 32,7! 26,24 22,42! 54,42 76,64 64,90 34,100 8,92'),
  // Round like an S.
  style(2, '90,4 56,6 30,22 34,42 62,56 68,80 40,98 6,90'),
  // Slanted, with a small bowl.
  style(2, '44,10 34,30 26,50! 50,50 64,68 48,92 20,100 2,88', '44,10 70,8 100,0'),
  // Upright, the bowl wide and round, the hat short.
  style(3, '20,6 18,26 16,46! 46,34 80,48 84,78 54,100 18,96', '20,6 46,4 76,6'),
  // The bowl curls back up.
  style(1.5, '88,4 56,6 28,8! 24,26 22,44! 60,44 82,64 70,92 36,98 14,84 20,72'),
]

const six = [
  // A curved back and a round bowl.
  style(4, '70,0 40,16 16,48 14,80 36,98 68,92 82,72 66,54 38,60 18,80'),
  // A straight back, the bowl small and low.
  style(3, '50,0 34,28 22,60 22,88 44,100 70,88 74,70 54,62 32,76 26,92'),
  // Wide, the bowl curling inwards.
  style(2, '84,2 44,14 14,46 10,78 40,98 78,88 86,64 60,48 36,60 40,74'),
  // A short back, the bowl as large as the rest.
  style(3, '34,0 16,26 6,58 14,88 46,100 82,84 88,56 66,40 34,52 16,76'),
  // A back that bends, the bowl wide and closed at the back.
  style(2, '28,0 14,30 10,64 24,94 60,98 92,78 84,50 52,48 20,70'),
]

const seven = [
  style(5, '8,10 44,6 84,4! 66,40 44,100'),
  // A rounded shoulder.
  style(4, '8,18 30,6 62,6 80,14 70,42 56,70 46,100'),
  // With a bar.
  style(2.5, '10,8 46,6 84,3! 62,44 40,100', '22,52 52,50 88,47'),
  // With a tick at the start.
  style(2, '6,30 8,16 12,6! 46,10 84,5! 72,36 60,98'),
  // Narrow, the hat sloping down to the left.
  style(1.5, '20,22 44,12 74,2! 68,36 62,66 58,100'),
]

const eight = [
  // One stroke from the upper right through an S and back.
  style(4, '76,14 50,0 24,14 34,38 66,60 74,84 48,100 22,84 34,58 64,38 78,16'),
  // The S ends in an open top.
  style(2.5, '84,6 50,2 24,18 40,42 62,66 60,92 36,100 20,84 42,54 70,32 88,14'),
  // Two circles.
  style(1.5, '50,46 28,32 30,10 54,0 76,14 74,36 52,47', '50,46 22,62 20,86 48,100 78,86 78,62 52,46'),
  // Begun in the middle.
  style(2, '50,46 26,26 40,4 68,6 72,28 46,50 24,76 38,98 66,94 70,70 48,46'),
  // A wide head over a narrow foot.
  style(2, '80,8 44,0 14,18 28,40 54,56 66,78 50,98 32,88 40,62 66,40 88,16'),
  // A small head over a wide foot.
  style(1, '66,10 48,0 32,12 40,32 72,54 86,82 52,100 16,84 28,56 56,34 66,14'),
]

const nine = [
  // A round loop and a straight stem.
  style(4, '76,12 48,2 18,18 20,42 48,48 72,32 76,14! 74,50 70,100'),
  // The stem curves out of the loop.
  style(3, '74,18 54,2 24,12 16,36 42,46 68,32 76,20 74,54 60,100'),
  // The stem ends in a hook.
  style(2, '78,16 50,2 20,20 28,46 60,44 78,20! 80,58 64,94 36,100 16,90'),
  // A small loop on a long slanted stem.
  style(2, '72,8 46,2 28,20 40,38 66,26 74,8 68,40 50,100'),
  // A large loop, the stem short.
  style(2, '76,8 46,0 14,20 16,50 46,56 72,40 78,14! 77,54 76,100'),
  // The loop drawn from the stem, not quite closed at the top.
  style(1.5, '60,4 26,12 16,36 36,52 66,42 76,8! 72,52 64,100'),
]

/** The styles of each digit; `digitStyles[7]` are the sevens. */
export const digitStyles: readonly (readonly DigitStyle[])[] = [
  zero,
  one,
  two,
  three,
  four,
  five,
  six,
  seven,
  eight,
  nine,
]
