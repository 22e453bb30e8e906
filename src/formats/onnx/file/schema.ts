// The messages of an ONNX file: field numbers and types from the standard (onnx.proto, IR version 10). Fields that nothing here
// reads or writes (training, devices, maps) are left out and skipped.

type ScalarKind = 'int64' | 'uint64' | 'int32' | 'float' | 'double' | 'string' | 'bytes'

export interface ScalarTypes {
  /** Whole numbers as doubles: what lies beyond 2⁵³ is rounded. */
  readonly int64: number
  readonly uint64: number
  readonly int32: number
  readonly float: number
  readonly double: number
  readonly string: string
  readonly bytes: Uint8Array
}

export type MessageName = keyof typeof messages
type Kind = ScalarKind | MessageNames
type MessageNames =
  | 'Model'
  | 'OperatorSet'
  | 'Function'
  | 'Graph'
  | 'Node'
  | 'Attribute'
  | 'Tensor'
  | 'SparseTensor'
  | 'Entry'
  | 'ValueInfo'
  | 'Type'
  | 'TensorType'
  | 'SequenceType'
  | 'Shape'
  | 'Dimension'

/** A field: its number, its kind, and whether there may be several. */
export type Field = readonly [number: number, kind: Kind, repeated?: 'repeated']

export const messages = {
  Model: {
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    producerVersion: [3, 'string'],
    domain: [4, 'string'],
    modelVersion: [5, 'int64'],
    documentation: [6, 'string'],
    graph: [7, 'Graph'],
    operatorSets: [8, 'OperatorSet', 'repeated'],
    metadata: [14, 'Entry', 'repeated'],
    functions: [25, 'Function', 'repeated'],
  },
  OperatorSet: { domain: [1, 'string'], version: [2, 'int64'] },
  Function: {
    name: [1, 'string'],
    inputs: [4, 'string', 'repeated'],
    outputs: [5, 'string', 'repeated'],
    attributes: [6, 'string', 'repeated'],
    nodes: [7, 'Node', 'repeated'],
    operatorSets: [9, 'OperatorSet', 'repeated'],
    domain: [10, 'string'],
    attributeDefaults: [11, 'Attribute', 'repeated'],
  },
  Graph: {
    nodes: [1, 'Node', 'repeated'],
    name: [2, 'string'],
    initializers: [5, 'Tensor', 'repeated'],
    documentation: [10, 'string'],
    inputs: [11, 'ValueInfo', 'repeated'],
    outputs: [12, 'ValueInfo', 'repeated'],
    sparseInitializers: [15, 'SparseTensor', 'repeated'],
  },
  Node: {
    inputs: [1, 'string', 'repeated'],
    outputs: [2, 'string', 'repeated'],
    name: [3, 'string'],
    operator: [4, 'string'],
    attributes: [5, 'Attribute', 'repeated'],
    domain: [7, 'string'],
  },
  Attribute: {
    name: [1, 'string'],
    float: [2, 'float'],
    int: [3, 'int64'],
    string: [4, 'bytes'],
    tensor: [5, 'Tensor'],
    graph: [6, 'Graph'],
    floats: [7, 'float', 'repeated'],
    ints: [8, 'int64', 'repeated'],
    strings: [9, 'bytes', 'repeated'],
    tensors: [10, 'Tensor', 'repeated'],
    graphs: [11, 'Graph', 'repeated'],
    kind: [20, 'int32'],
    /** Inside of a function: the attribute of the function that stands here. */
    reference: [21, 'string'],
    sparseTensor: [22, 'SparseTensor'],
  },
  Tensor: {
    dims: [1, 'int64', 'repeated'],
    dataType: [2, 'int32'],
    floatData: [4, 'float', 'repeated'],
    int32Data: [5, 'int32', 'repeated'],
    stringData: [6, 'bytes', 'repeated'],
    int64Data: [7, 'int64', 'repeated'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
    doubleData: [10, 'double', 'repeated'],
    uint64Data: [11, 'uint64', 'repeated'],
    externalData: [13, 'Entry', 'repeated'],
    dataLocation: [14, 'int32'],
  },
  SparseTensor: { values: [1, 'Tensor'], indices: [2, 'Tensor'], dims: [3, 'int64', 'repeated'] },
  Entry: { key: [1, 'string'], value: [2, 'string'] },
  ValueInfo: { name: [1, 'string'], type: [2, 'Type'] },
  Type: { tensor: [1, 'TensorType'], sequence: [4, 'SequenceType'], optional: [9, 'SequenceType'] },
  TensorType: { elementType: [1, 'int32'], shape: [2, 'Shape'] },
  SequenceType: { elementType: [1, 'Type'] },
  Shape: { dims: [1, 'Dimension', 'repeated'] },
  Dimension: { value: [1, 'int64'], symbol: [2, 'string'] },
} as const satisfies { readonly [M in MessageNames]: { readonly [field: string]: Field } }

type Value<K> = K extends keyof ScalarTypes ? ScalarTypes[K] : K extends MessageName ? Message<K> : never

/** A message as an object: repeated fields are lists, perhaps empty ones, others may be missing. */
export type Message<M extends MessageName> = {
  readonly [F in keyof (typeof messages)[M]]: (typeof messages)[M][F] extends readonly [number, infer K, 'repeated']
    ? readonly Value<K>[]
    : (typeof messages)[M][F] extends readonly [number, infer K]
      ? Value<K> | undefined
      : never
}

/** What a message is written from: fields without a value are left out. */
export type Draft<M extends MessageName> = {
  readonly [F in keyof (typeof messages)[M]]?: (typeof messages)[M][F] extends readonly [number, infer K, 'repeated']
    ? readonly DraftValue<K>[]
    : (typeof messages)[M][F] extends readonly [number, infer K]
      ? DraftValue<K> | undefined
      : never
}

type DraftValue<K> = K extends keyof ScalarTypes ? ScalarTypes[K] : K extends MessageName ? Draft<K> : never

/** The types of attributes, as `Attribute.kind` numbers them. */
export const attributeKinds = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const
