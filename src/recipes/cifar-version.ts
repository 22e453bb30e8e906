import { type Cifar10, type Cifar10Options, cifar10 } from 'shapewise/data'
import { NotAvailable } from '../data/files/published.js'

/** CIFAR-10 in the first of these versions that is to be had. @throws NotAvailable if none is */
export async function firstVersion(versions: readonly NonNullable<Cifar10Options['version']>[]): Promise<Cifar10> {
  const [version, ...others] = versions
  try {
    return await cifar10({ version: version! })
  } catch (error) {
    if (others.length === 0 || !(error instanceof NotAvailable)) throw error
    return firstVersion(others)
  }
}
