import { UsageError } from '../exit-code';

/** A model as MLflow names it. */
export type ModelUri =
  | { readonly kind: 'version'; readonly model: string; readonly version: string }
  | { readonly kind: 'alias'; readonly model: string; readonly alias: string }
  | { readonly kind: 'run'; readonly runId: string; readonly path: string };

/**
 * Reads `models:/NAME/VERSION`, `models:/NAME@ALIAS` or `runs:/RUN/PATH`.
 *
 * @throws {UsageError}
 * @see https://mlflow.org/docs/latest/ml/model-registry/
 */
export function parseModelUri(text: string): ModelUri {
  const [, model, version] = /^models:\/([^/@]+)\/(\d+)$/.exec(text) ?? [];
  if (model !== undefined && version !== undefined) return { kind: 'version', model, version };
  const [, owner, alias] = /^models:\/([^/@]+)@([^/@]+)$/.exec(text) ?? [];
  if (owner !== undefined && alias !== undefined) return { kind: 'alias', model: owner, alias };
  const [, runId, path] = /^runs:\/([\w-]+)\/(.*[^/])\/*$/.exec(text) ?? [];
  if (runId !== undefined && path !== undefined) return { kind: 'run', runId, path };
  throw new UsageError(
    `expected models:/NAME/VERSION with the number of a version, models:/NAME@ALIAS or runs:/RUN/PATH, got "${text}"`,
  );
}
