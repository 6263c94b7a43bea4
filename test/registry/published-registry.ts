import type { Manifest } from '../../shared/core/manifest';
import { type NewVersion, publish } from '../../shared/registry/publish';
import type { Store } from '../../shared/registry/store';
import { formatJson, sha256 } from '../../training/manifest';

export const NOTE = { at: '2026-01-01T00:00:00.000Z', by: 'ann' };

/** A version whose artifact is a text: it can be published, though not loaded. */
export function textVersion(version: string, text = version): NewVersion {
  const bytes = Buffer.from(text);
  const manifest: Manifest = {
    schema_version: 1,
    name: 'iris',
    version,
    artifact: { file: 'model.onnx', bytes: bytes.length, sha256: sha256(bytes) },
  };
  return { manifest, manifestBytes: Buffer.from(formatJson(manifest)), read: async () => bytes };
}

/** Publishes versions that cannot be loaded, one after the other. */
export async function publishTexts(store: Store, ...versions: readonly string[]): Promise<void> {
  for (const version of versions) await publish(store, textVersion(version), { note: NOTE });
}
