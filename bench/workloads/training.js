import { compile } from 'shapewise'

/**
 * A workload whose step is one of training: the loss of the inputs, its gradients, and the update of all parameters.
 *
 * @param lossOf takes what the list `inputs` holds; the elements may be replaced by others of the same sizes
 */
export function training({ model, optimizer, inputs, lossOf }) {
  const step = compile((...given) => {
    const loss = lossOf(...given)
    optimizer.minimize(loss, model)
    return loss
  })
  return {
    parameters: model.parameterCount(),
    step: () => step(...inputs),
    explain: () => step.explain(),
    model,
    inputs,
  }
}
