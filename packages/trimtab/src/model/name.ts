/** What a tenant, an app, an environment or an instance may be called, as a phrase for messages. */
export const nameRule = '1 to 128 letters a to z, digits, _, - and ., the first a letter or digit'

const nameText = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/

/** Whether a text keeps to the rule: it is the same for everything that has a name in a store, a path or an address. */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && nameText.test(text)
}
