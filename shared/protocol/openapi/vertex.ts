import { isImage, isTabular, type TabularManifest } from '../../core/manifest';
import type { JsonSchema } from '../../core/row-schema';
import type { Signature } from '../../core/signature';
import { BODY_ERRORS, errors } from './errors';
import { vertexImageExample } from './images';
import {
  anyOf,
  body,
  CHOICE_PARAMETERS,
  type Content,
  type Example,
  exactObject,
  json,
  NEVER,
  ok,
  openObject,
  type Paths,
  refTo,
  schemaRef,
} from './parts';
import { rowForms } from './rows';
import type { ApiSubject } from './subject';
import { instancesSchema, tfsExamples } from './tfs';

/** The two addresses that Vertex AI calls a container at; none where it does not run it. */
export function vertexPaths({ vertex }: ApiSubject, bodies: { requests: Content; answers: Content }): Paths {
  if (vertex === undefined) return {};
  const tags = ['Vertex AI'];
  return {
    [vertex.healthRoute]: {
      get: {
        operationId: 'vertexHealth',
        tags,
        summary: 'Whether the model is loaded',
        responses: { ...ok('It is', json(schemaRef('Status'))), ...errors('Error', 503) },
      },
    },
    [vertex.predictRoute]: {
      post: {
        operationId: 'vertexPredict',
        tags,
        summary: 'Predict for instances; `rawPredict` may send the body of any protocol',
        parameters: [refTo('parameters', 'JsonLength'), ...CHOICE_PARAMETERS],
        requestBody: body(bodies.requests),
        responses: {
          ...ok('Predictions', bodies.answers),
          ...errors('Foreign', ...BODY_ERRORS, 404, 429, 500, 503),
        },
      },
    },
  };
}

/** A request for the example of the model. */
export function vertexExample(subject: ApiSubject): Example | undefined {
  const { manifest } = subject;
  if (isImage(manifest)) return vertexImageExample(manifest);
  if (!isTabular(manifest)) {
    const rows = tfsExamples(subject)?.rows;
    return rows && { ...rows, summary: 'Vertex AI' };
  }
  return {
    summary: 'Vertex AI',
    value: { instances: [manifest.features.map(({ example }) => example)], parameters: {} },
  };
}

/** The schemas of Vertex AI's prediction requests. */
export function vertexSchemas({ manifest, signature }: ApiSubject): Readonly<Record<string, JsonSchema>> {
  const tensors = requestOf(instancesSchema(signature.inputs), tensorParameters(signature));
  if (!isTabular(manifest)) return { VertexRequest: anyOf(plain(signature), tensors) };
  const rows = { type: 'array', minItems: 1, items: anyOf(...instanceForms(manifest)) };
  return {
    VertexRequest: anyOf(requestOf(rows, NO_OUTPUTS), tensors),
    VertexPredictions: exactObject({ predictions: { type: 'array', items: schemaRef('Prediction') } }),
  };
}

/** A row in any form; it may stand under the name of the only input. */
function instanceForms({ signature, features }: TabularManifest): JsonSchema[] {
  const [input, ...others] = signature.inputs;
  const isFree = others.length === 0 && !features.some(({ name }) => name === input?.name);
  const wrapped = input !== undefined && isFree ? [exactObject({ [input.name]: anyOf(...rowForms()) })] : [];
  return [...rowForms(), ...wrapped];
}

/** Asks for nothing but the prediction; other parameters are for others to know. */
const NO_OUTPUTS: JsonSchema = {
  type: ['object', 'null'],
  properties: { outputs: { type: ['array', 'null'], maxItems: 0 } },
};

function tensorParameters({ outputs }: Signature): JsonSchema {
  const names = { enum: outputs.map(({ name }) => name) };
  return openObject({
    outputs: {
      type: 'array',
      description: 'Outputs to answer with, as tensors',
      minItems: 1,
      uniqueItems: true,
      items: names,
    },
  });
}

/** Members by which a body would be taken for another protocol's. */
const OTHERS: Readonly<Record<string, JsonSchema>> = { inputs: NEVER, calls: NEVER, signature_name: NEVER };

function plain({ inputs }: Signature): JsonSchema {
  return requestOf(instancesSchema(inputs), NO_OUTPUTS);
}

/** Parameters that ask for something are needed; others may be left out. */
function requestOf(instances: JsonSchema, parameters: JsonSchema): JsonSchema {
  const required = parameters === NO_OUTPUTS ? ['instances'] : ['instances', 'parameters'];
  return openObject({ instances, parameters, ...OTHERS }, { required });
}
