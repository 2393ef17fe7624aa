/** Milliseconds that a receiver wants to be left alone for, given in seconds or as a date; undefined where it says neither. */
export function retryAfterOf(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1_000
  // Dates of HTTP begin with a day of the week and are in GMT; Date.parse alone would take much else for one.
  if (!/^[A-Za-z]{3,9},? .* GMT$/.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
