/** What stands for something that is not shown: `[secret]`, `[secret 3f2a91]`, `[unknown]`, or the type of what is there. */
const standIn = /^\[(?:secret(?: [0-9a-f]+)?|unknown|null|boolean|number|string|array|object)\]$/

/** A value as one line of text. What stands for something hidden has no quotes. */
export function valueText(value: unknown, absent = 'nothing'): string {
  if (typeof value === 'string' && standIn.test(value)) return value
  return JSON.stringify(value) ?? absent
}
