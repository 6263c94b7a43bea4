/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads variables of one kind each; every method throws a `TypeError` that names the variable. */
export type Reader = ReturnType<typeof createReader>;

/** Makes the reader of an environment. */
export function createReader(env: Environment) {
  /** An empty variable is an unset one: deploy scripts cannot always leave it out. */
  const text = (name: string): string | undefined => env[name] || undefined;

  function optionalInteger(name: string, min: number): number | undefined {
    const value = text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (Number.isSafeInteger(number) && number >= min) return number;
    throw unexpected(name, `an integer of at least ${min}`, value);
  }

  /** Texts between commas; none where the variable is empty. */
  const list = (name: string): string[] =>
    (text(name) ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');

  return {
    text,
    optionalInteger,
    integer: (name: string, fallback: number, min: number) => optionalInteger(name, min) ?? fallback,

    choice<T extends string>(name: string, choices: readonly T[], fallback: T): T {
      const value = text(name) ?? fallback;
      const found = choices.find((choice) => choice === value);
      if (found !== undefined) return found;
      throw unexpected(name, `one of ${choices.join(', ')}`, value);
    },

    /** Some of the choices, between commas; none where the variable is empty. */
    choices<T extends string>(name: string, choices: readonly T[]): T[] {
      return list(name).map((item) => {
        const found = choices.find((choice) => choice === item);
        if (found !== undefined) return found;
        throw unexpected(name, `some of ${choices.join(', ')}`, item);
      });
    },

    matching(name: string, pattern: RegExp): string | undefined {
      const value = text(name);
      if (value === undefined || pattern.test(value)) return value;
      throw unexpected(name, `a value that matches ${pattern.source}`, value);
    },

    list,

    url(name: string): string | undefined {
      const value = text(name);
      if (value === undefined || /^https?:\/\/[^/]/.test(value)) return value?.replace(/\/+$/, '');
      throw unexpected(name, 'an address that starts with http:// or https://', value);
    },
  };
}

/** The error for a value that makes no sense. */
export function unexpected(name: string, expected: string, got: string): TypeError {
  return new TypeError(`${name}: expected ${expected}, got "${got}"`);
}

/** A property that is left out when it has no value, as `exactOptionalPropertyTypes` wants it. */
export function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}
