import type { ErrorObject } from 'ajv';

/** Checks a value against manifest.schema.json. Written by `npm run generate`. */
declare const validate: { (value: unknown): boolean; errors?: ErrorObject[] | null };
export default validate;
