import type { ObjectFiles } from '../shared/registry/object-files';
import type { Config } from '../shared/serving/config';
import type { StorageEvent } from '../shared/serving/scoring/scoring-job';

/**
 * A CloudEvent function that scores each file that appears in a bucket. It returns for what must not come again and
 * throws for what may pass; the framework answers with 204 or 500, and Eventarc sends the event again after the latter.
 *
 * It goes the framework's own way, and so ends at once with SIGTERM: a run that is under way leaves nothing behind that
 * looks complete, and its event, which was not answered, comes again.
 */
export function toCloudEventFunction(
  { registry }: Config,
  score: (files: ObjectFiles, event: StorageEvent) => Promise<unknown>,
): (event: StorageEvent) => Promise<void> {
  let files: Promise<ObjectFiles> | undefined;
  return async (event) => {
    files ??= openFiles(registry.gcsApiEndpoint);
    await score(await files, event);
  };
}

/** Imported by the one function that needs it, when its first event comes. */
async function openFiles(endpoint: string | undefined): Promise<ObjectFiles> {
  const { openGcsFiles } = await import('../shared/registry/gcs-files');
  return openGcsFiles({ endpoint });
}
