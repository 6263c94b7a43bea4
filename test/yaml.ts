import { readFileSync } from 'node:fs';
import { parseYaml } from '@redocly/openapi-core';
import { projectPath } from '../training/project-path';

/** The documents of a YAML file of this project. What they hold is for the caller to say. */
export function readYaml<T>(path: string): T[] {
  return readFileSync(projectPath(path), 'utf8')
    .split(/^---$/m)
    .map((text) => parseYaml(text) as T);
}
