import type { Tensor } from '../../tensor/tensor.js'
import type { Branch, DenseBlock, Parallel } from '../layers/combination/residual.js'
import type { Sequential } from '../layers/combination/sequential.js'
import type { Link, Through } from './chain.js'

/** What lies in something under one name: a property, or an element of a list, map or set. */
type Inner<Holder, Name extends string> = Name extends keyof Holder
  ? Holder[Name]
  : Holder extends ReadonlyMap<unknown, infer Value> | ReadonlySet<infer Value> | readonly (infer Value)[]
    ? Value
    : unknown

/** What a module holds under a dotted path, as far as its type tells; else `unknown`. */
export type At<Holder, Path extends string> = Path extends `${infer Name}.${infer Rest}`
  ? At<Inner<Holder, Name>, Rest>
  : Path extends ''
    ? Holder
    : Inner<Holder, Path>

/** What the forward method of something gives; a tensor where that is not known. */
export type OutputOf<M> = M extends { forward(...args: never[]): infer Output } ? Output : Tensor

/** A list with something else in a place. */
type Put<List extends readonly unknown[], Index, New> = { [I in keyof List]: I extends Index ? New : List[I] }

/** Splits `layers.2.layers.0` into the place in a chain and the rest of the way. */
type Step<Path> = Path extends `layers.${infer Index}.${infer Rest}`
  ? [Index, Rest]
  : Path extends `layers.${infer Index}`
    ? [Index, '']
    : never

/** What combinations hold: the name where there is one tells them apart from other modules with layers. */
type LinksOf<Part> =
  Part extends Sequential<infer Links>
    ? Links
    : Part extends Parallel<string, infer Links>
      ? Links
      : Part extends Branch<infer Links>
        ? Links
        : Part extends DenseBlock<infer Links>
          ? Links
          : never

/** The same combination of other links, or what is wrong between them. */
type Rebuilt<Part, Links extends readonly Link[]> =
  Part extends Parallel<infer Name>
    ? Parallel<Name, Links>
    : Part extends Branch
      ? Branch<Links>
      : Part extends DenseBlock
        ? DenseBlock<Links>
        : Through<Links, any> extends infer Problem extends string
          ? Problem
          : Sequential<Links>

/**
 * A part of a model with another layer at a path, as far as its type tells. The types of combinations follow; elsewhere the layer has to
 * be one that the property may hold, or there is a message.
 */
export type Replaced<Part, Path extends string, New> = Path extends ''
  ? New
  : unknown extends At<Part, Path>
    ? Part
    : New extends At<Part, Path>
      ? Part
      : [LinksOf<Part>] extends [never]
        ? `replaceLayer: '${Path}' is declared as another layer: declare it wider, such as nn.Layer`
        : InLinks<Part, LinksOf<Part>, Step<Path>, New>

type InLinks<Part, Links extends readonly Link[], At, New> = At extends [infer Index extends keyof Links, infer Rest]
  ? Replaced<Links[Index], Rest & string, New> extends infer Inner
    ? Inner extends string
      ? Inner
      : Put<Links, Index, Inner> extends infer All extends readonly Link[]
        ? Rebuilt<Part, All>
        : Part
    : never
  : Part

/** Why a parameter cannot take the place of another one, as far as types tell. */
export type TieProblem<M, Path extends string, From extends string> = unknown extends At<M, Path> | At<M, From>
  ? never
  : At<M, From> extends At<M, Path>
    ? never
    : `tieWeights: '${Path}' and '${From}' have different types`
