/** Attributes by name; `undefined` and `false` leave one out, `true` writes it empty. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** What may lie in an element; `undefined` is nothing. */
export type Child = Node | string | undefined;

/** Makes an element with attributes and children. Text stays text: nothing here is read as HTML. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(made, name, value);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** Sets an attribute, or takes it away for `undefined` and `false`. */
export function setAttribute(target: Element, name: string, value: Attributes[string]): void {
  if (value === undefined || value === false) target.removeAttribute(name);
  else target.setAttribute(name, value === true ? '' : String(value));
}

let lastId = 0;

/** An id that no other element of the page has. */
export function uniqueId(prefix: string): string {
  return `${prefix}-${++lastId}`;
}
