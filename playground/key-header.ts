/** Where code sends a call, and whether it must show a key there. */
export interface Target {
  readonly url: string;
  readonly needsKey: boolean;
}

/** How each language shows a key, or a token, that is in the environment and so not in the code. */
export const KEY_HEADER = {
  shell: '"Authorization: Bearer $API_KEY"',
  python: '"Authorization": f"Bearer {os.environ[\'API_KEY\']}"',
  javascript: '"Authorization": "Bearer " + process.env.API_KEY',
};
