// Compiles manifest.schema.json into plain code, so that reading a manifest does not load a schema compiler:
// at cold start that costs more than everything else a small model needs.
import { readFileSync, writeFileSync } from 'node:fs';
import Ajv from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';

const core = new URL('../shared/core/', import.meta.url);

/** The text of manifest-validator.generated.js as the schema asks for it now. */
function manifestValidator() {
  const schema = JSON.parse(readFileSync(new URL('manifest.schema.json', core), 'utf8'));
  const ajv = new Ajv.default({
    allErrors: true,
    allowUnionTypes: true,
    strictTypes: false,
    code: { source: true, lines: true },
  });
  const code = standaloneCode.default(ajv, ajv.compile(schema));
  return `// Written by \`npm run generate\` from manifest.schema.json.\n${code}`;
}

// `--print` shows the code instead of writing it, so that a test can tell whether the file is up to date.
if (process.argv.includes('--print')) process.stdout.write(manifestValidator());
else writeFileSync(new URL('manifest-validator.generated.js', core), manifestValidator());
