// Checks one version of a model as a function would on loading it: verify MODEL/VERSION [--registry DIR]
import { parseArgs } from 'node:util';
import { isImage, isTabular, type Manifest } from '../shared/core/manifest';
import { projectPath } from '../training/project-path';
import { verifyVersion } from './verify-version';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { registry: { type: 'string', default: projectPath('model-artifacts') } },
});

const USAGE = 'usage: npm run verify -- MODEL/VERSION [--registry DIR]';

main().catch((error: unknown) => {
  for (let at = error; at instanceof Error; at = at.cause) console.error(at.message);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const [name = '', ...others] = positionals;
  const [model, version, ...rest] = name.split('/');
  if (!model || !version || rest.length > 0 || others.length > 0) throw new Error(USAGE);
  const { manifest, answer } = await verifyVersion(values.registry, model, version);
  console.log(`${name} is fit to serve: ${describeInputs(manifest)}, ${manifest.artifact.bytes} bytes`);
  console.log(`${isTabular(manifest) ? 'its example is' : 'zeros are'} answered with ${answer}`);
}

function describeInputs(manifest: Manifest): string {
  if (isImage(manifest)) return `images of ${manifest.classes.length} classes`;
  return isTabular(manifest) ? `${manifest.features.length} features` : 'a model of tensors';
}
