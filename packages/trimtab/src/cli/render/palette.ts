import colors from 'picocolors'

/** The few colours in use; all of them do nothing where colour is not wanted. */
export interface Palette {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  cyan(text: string): string
}

/** Colours for a terminal, unless NO_COLOR says otherwise (no-color.org) or the terminal has none. */
export function createPalette(isTTY: boolean, env: Readonly<Record<string, string | undefined>>): Palette {
  const isRefused = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb'
  const { bold, dim, red, green, yellow, cyan } = colors.createColors(isTTY && !isRefused)
  return { bold, dim, red, green, yellow, cyan }
}
