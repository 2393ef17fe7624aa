import type { Palette } from './palette.ts'

/** How an answer is laid out. */
export interface Layout {
  readonly palette: Palette
  /** Characters of a line; undefined where there is no edge. */
  readonly columns: number | undefined
}
