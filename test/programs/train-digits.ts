// Trains the digits, which writes nothing, and tells what the version would be: the manifest and the artifact's bytes.
import { trainDigits } from '../../training/digits';
import { formatJson } from '../../training/manifest';

const { manifest, artifact } = trainDigits();

process.stdout.write(
  JSON.stringify({ manifest: formatJson(manifest), artifact: Buffer.from(artifact).toString('base64') }),
);
