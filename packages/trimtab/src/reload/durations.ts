import type { ModuleReport } from './outcome.ts'

/**
 * Milliseconds of at most three decimals, as every duration is told. The clock's own figures have a dozen more, which
 * measure nothing and fill logs.
 */
export function roundMilliseconds(duration: number): number {
  return Math.round(duration * 1_000) / 1_000
}

/** Reports as they are handed out: frozen, their durations rounded. */
export function roundReports(reports: readonly ModuleReport[]): readonly ModuleReport[] {
  const rounded = reports.map((report): ModuleReport => {
    const duration = roundMilliseconds(report.duration)
    if (!('gap' in report) || report.gap === undefined) return Object.freeze({ ...report, duration })
    return Object.freeze({ ...report, duration, gap: roundMilliseconds(report.gap) })
  })
  return Object.freeze(rounded)
}
