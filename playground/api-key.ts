/** Where the key is kept: in this tab, until it is closed. */
const ITEM = 'onnx-functions.api-key';

/** What a call shows for itself, if the reader has given a key, or a token. */
export function keyHeaders(): Readonly<Record<string, string>> {
  const key = sessionStorage.getItem(ITEM);
  return key === null ? {} : { authorization: `Bearer ${key}` };
}

/** Says whether the reader has given one. */
export function hasKey(): boolean {
  return sessionStorage.getItem(ITEM) !== null;
}

/** Has every call from now on show a key. */
export function rememberKey(key: string): void {
  sessionStorage.setItem(ITEM, key);
}
