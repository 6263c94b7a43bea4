import type { Signature } from '../core/signature';
import type { NamedTensors, Tensor } from '../core/tensor';

/** A constant of a node; `type` is spelled as AttributeProto.AttributeType spells it. */
export type Attribute =
  | { readonly type: 'FLOAT' | 'INT'; readonly value: number }
  | { readonly type: 'STRING'; readonly value: string }
  | { readonly type: 'TENSOR'; readonly value: Tensor }
  | { readonly type: 'FLOATS' | 'INTS'; readonly value: readonly number[] }
  | { readonly type: 'STRINGS'; readonly value: readonly string[] };

/** One application of an operator. */
export interface Node {
  /** The operator's name, for example `Conv`. */
  readonly operator: string;
  /** The operator set it comes from. @default '' (the standard one, ai.onnx) */
  readonly domain?: string;
  /** Names of graph inputs, initializers or outputs of earlier nodes; '' skips an optional input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** An ONNX model in memory: its interface is the signature, its computation the nodes. */
export interface OnnxModel {
  /** Name of the graph. */
  readonly name: string;
  /** Name of the program that made the model. */
  readonly producer: string;
  /** Version of the file format. @default 8 */
  readonly irVersion?: number;
  /** Version of each operator set that the nodes come from, by domain. */
  readonly operatorSets: Readonly<Record<string, number>>;
  readonly signature: Signature;
  /** Outputs of whatever type their node gives, behind those of the signature: sequences and maps. */
  readonly otherOutputs?: readonly string[];
  /** Sorted topologically: a node stands after those whose outputs it takes. */
  readonly nodes: readonly Node[];
  /** The weights, by the name under which nodes take them. */
  readonly initializers?: NamedTensors;
}
