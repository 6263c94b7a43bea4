import { isImage, isTabular, type Manifest } from '../../shared/core/manifest';
import { createRegistry } from '../../shared/registry/registry';
import type { AddCommand } from '../command';
import { openExistingStoreAt } from '../registry-access';
import { parseVersionName } from '../version-name';

/** Checks one version as a function would on loading it. */
export const addVerify: AddCommand = (program, { globals, terminal, action }) => {
  program
    .command('verify')
    .description('check a version as a function would on loading it: hash, schema, load, answer its example')
    .argument('<model/version>')
    .addHelpText('after', '\nExample:\n  onnx-functions verify iris/1.0.0')
    .action(
      action(async (name: string) => {
        const { model, version } = parseVersionName(name);
        const { verifyVersion } = await import('../verify-version');
        const registry = createRegistry(await openExistingStoreAt(globals().registry, terminal));
        const { manifest, answer } = await verifyVersion(registry, model, version);
        const isJson = isTabular(manifest) || isImage(manifest);
        return {
          json: {
            model,
            version,
            bytes: manifest.artifact.bytes,
            answer: isJson ? JSON.parse(answer) : answer,
          },
          lines: [
            `${name} is fit to serve: ${describeInputs(manifest)}, ${manifest.artifact.bytes} bytes`,
            `${isTabular(manifest) ? 'its example is' : 'zeros are'} answered with ${answer}`,
          ],
        };
      }),
    );
};

function describeInputs(manifest: Manifest): string {
  if (isImage(manifest)) return `images of ${manifest.classes.length} classes`;
  return isTabular(manifest) ? `${manifest.features.length} features` : 'a model of tensors';
}
