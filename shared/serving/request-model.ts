import { ServingError } from '../core/errors';
import { header } from '../core/http';
import type { Exchange, LoadedModel } from './exchange';
import type { InferenceParts } from './inference';
import type { ModelRef } from './models/model-choice';
import type { Found, Models } from './models/models';
import type { ServedModel, TabularModel } from './models/served-model';
import { noteStep } from './steps';

/**
 * The model that a request asks for, loaded first if need be. What the reference leaves open, the query may say:
 * `?version=`, with a version or an alias.
 *
 * @throws {ServingError} `model-unavailable`, `model-not-found`, `forbidden`
 */
export async function loadFor(
  { models, now }: InferenceParts,
  exchange: Exchange,
  ref: ModelRef = {},
): Promise<ServedModel> {
  // Before it is looked for: who may not use a model is not to learn whether there is one, and not to load it.
  const { admission } = exchange;
  if (admission !== undefined)
    admission.checkModel(ref.name ?? (await models.usualName()), ref.name !== undefined);
  const asked = askedFor(exchange, ref);
  const found = models.recall(asked) ?? (await waitForModel(models, exchange, { now, asked }));
  if (admission !== undefined) holdUntilSent(exchange, found.served);
  exchange.model = found.name;
  exchange.version = found.version;
  exchange.versionReason = found.reason;
  // A form may ask for another version than the one that was chosen before it was read.
  if (found.shadow !== undefined) exchange.shadow = found.shadow;
  else if (exchange.shadow !== undefined) delete exchange.shadow;
  return found.served;
}

/** What a request costs may have to be asked elsewhere: meanwhile its model must not be freed. */
function holdUntilSent(exchange: Exchange, served: ServedModel): void {
  const { letGo } = exchange;
  const end = served.hold();
  exchange.letGo = () => {
    letGo?.();
    end();
  };
}

/** Whoever sends the same routing key is answered by the same version; who sends none is as good as anybody. */
function askedFor({ request, requestId, admission }: Exchange, ref: ModelRef): ModelRef {
  const routingKey = header(request, 'x-routing-key') ?? requestId;
  const version = ref.version ?? queriedVersion(request.query);
  const asked = version === undefined ? { ...ref, routingKey } : { ...ref, version, routingKey };
  return admission === undefined ? asked : { ...asked, mayLearnOf: admission.mayUse };
}

/** The version, or alias, that a query asks for. */
export function queriedVersion(query: string): string | undefined {
  return query === '' ? undefined : (new URLSearchParams(query).get('version') ?? undefined);
}

async function waitForModel(
  models: Models,
  exchange: Exchange,
  { now, asked }: { now: () => number; asked: ModelRef },
): Promise<Found> {
  const startedAt = now();
  const isFirst = models.peek() === undefined;
  let loaded: LoadedModel | undefined;
  try {
    const found = await models.find(asked);
    exchange.coldStart ||= isFirst;
    loaded = found.served;
    return found;
  } finally {
    noteStep(exchange, { name: 'loadMs', startedAt, endedAt: now(), ...(loaded && { loaded }) });
  }
}

/**
 * The rows-and-features side of a model.
 *
 * @throws {ServingError} `validation-failed` for another model, saying what that takes.
 */
export function tabularOf({ manifest: { name }, tabular, image }: ServedModel): TabularModel {
  if (tabular !== undefined) return tabular;
  if (image !== undefined) throw takesImages(name);
  const detail = `model "${name}" takes tensors and not features: send them to /v2/models/${name}/infer, or as {"inputs": {...}}`;
  throw new ServingError('validation-failed', detail);
}

/** The error for a body without an image, for a model that takes nothing else. */
export function takesImages(name: string): ServingError {
  const ways = 'a form with a field "file", the bytes of one as image/*, or {"image": {"b64": "..."}}';
  return new ServingError('validation-failed', `model "${name}" takes images: send ${ways}`);
}
