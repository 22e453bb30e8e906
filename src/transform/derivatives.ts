import { type Node, nextNodeId } from '../graph/node.js'

/** The nodes that belong to derivatives, by their ids. */
export type Derivatives = Set<number>

let noted: Derivatives | undefined

/** Runs `body` and notes which of its nodes belong to derivatives, so that the small range of float16 is known to be too small for them. */
export const notingDerivatives = <R>(derivatives: Derivatives | undefined, body: () => R): R =>
  noting(derivatives ?? noted, body)

/** Runs `body`, whose derivatives are of a loss that is scaled to the range of float16: they are not noted. */
export const scaledDerivatives = <R>(body: () => R): R => noting(undefined, body)

function noting<R>(derivatives: Derivatives | undefined, body: () => R): R {
  const before = noted
  noted = derivatives
  try {
    return body()
  } finally {
    noted = before
  }
}

/** Notes the nodes that have been made since, if anybody wants to know. */
export function noteDerivatives(since: number): void {
  if (noted !== undefined) for (let id = since; id < nextNodeId(); id++) noted.add(id)
}

/** Notes the nodes that have been made since out of this one. */
export function noteMadeOf(node: Node, since: number): void {
  if (noted?.has(node.id)) noteDerivatives(since)
}
