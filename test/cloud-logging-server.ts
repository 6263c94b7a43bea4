import protos from '@google-cloud/logging-api/build/protos/protos.json';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { Root } from 'protobufjs';

/** A Cloud Logging API of the tests' own: takes entries over gRPC and keeps them. */
export interface CloudLoggingServer {
  readonly port: number;
  /** Entries received so far, each as plain JSON with its payload decoded. */
  readonly entries: Record<string, unknown>[];
  close(): void;
}

interface WrittenEntry {
  readonly jsonPayload?: { readonly fields: Readonly<Record<string, unknown>> };
  readonly [field: string]: unknown;
}

/** Starts a server that answers `WriteLogEntries` and nothing else. */
export async function startCloudLoggingServer(): Promise<CloudLoggingServer> {
  const root = Root.fromJSON(protos);
  const request = root.lookupType('google.logging.v2.WriteLogEntriesRequest');
  const entries: Record<string, unknown>[] = [];
  const server = new Server();
  server.addService(
    {
      WriteLogEntries: {
        path: '/google.logging.v2.LoggingServiceV2/WriteLogEntries',
        requestStream: false,
        responseStream: false,
        requestSerialize: (bytes: Buffer) => bytes,
        requestDeserialize: (bytes: Buffer) =>
          request.toObject(request.decode(bytes), { enums: String, longs: Number }),
        responseSerialize: () => Buffer.alloc(0),
        responseDeserialize: (bytes: Buffer) => bytes,
      },
    },
    {
      WriteLogEntries: (
        call: { request: { entries: WrittenEntry[] } },
        answer: (error: null, value: object) => void,
      ) => {
        for (const entry of call.request.entries)
          entries.push({ ...entry, jsonPayload: fromStruct(entry.jsonPayload) });
        answer(null, {});
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return { port, entries, close: () => server.forceShutdown() };
}

/** google.protobuf.Struct as the object it stands for. */
function fromStruct(struct: WrittenEntry['jsonPayload']): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(struct?.fields ?? {}).map(([name, value]) => [name, fromValue(value)]),
  );
}

function fromValue(value: unknown): unknown {
  const [kind, inner] = Object.entries(value as Record<string, unknown>)[0] ?? [];
  if (kind === 'structValue') return fromStruct(inner as WrittenEntry['jsonPayload']);
  if (kind === 'listValue') return ((inner as { values?: unknown[] }).values ?? []).map(fromValue);
  return kind === 'nullValue' ? null : inner;
}
