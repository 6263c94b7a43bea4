import type { SpanExporter } from '@opentelemetry/sdk-trace-base';

export interface ExporterParts {
  /** Told when spans cannot be sent, once until they can be again. */
  readonly onFailure: (error: unknown) => void;
  /** Told when they can be sent again. */
  readonly onRecovery: () => void;
}

/**
 * An exporter whose failures are told of once, and not with every batch. A batch that could not be sent is lost: kept for
 * a receiver that is away, spans would take the memory of requests.
 */
export function tellOnce(exporter: SpanExporter, { onFailure, onRecovery }: ExporterParts): SpanExporter {
  let isDown = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const { error } = result;
        if (error !== undefined && !isDown) onFailure(error);
        if (error === undefined && isDown) onRecovery();
        isDown = error !== undefined;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
