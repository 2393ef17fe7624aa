import type { Instrument } from './instrument.ts'
import {
  type AttributesOf,
  type InstrumentName,
  instruments,
  type ObservedName,
  type RecordedName,
} from './instruments.ts'
import type { OtelAttributes, OtelInstrumentOptions, OtelMeter, OtelObservable } from './otel-api.ts'

export type Recording = <Name extends RecordedName>(name: Name, value: number, attributes: AttributesOf<Name>) => void
export type Observing = <Name extends ObservedName>(name: Name, value: number, attributes: AttributesOf<Name>) => void

/** The instruments of one meter. */
export interface Metrics {
  record: Recording
  /** Takes the callbacks away: nothing is collected from it any more. Idempotent. */
  close(): void
}

/** Opens every instrument of the table. `look` says what is to be said of the observed ones, whenever somebody collects. */
export function openMetrics(meter: OtelMeter, fixed: OtelAttributes, look: (observe: Observing) => void): Metrics {
  const recorded = new Map<string, (value: number, attributes: OtelAttributes) => void>()
  const observed = new Map<string, OtelObservable>()
  for (const [name, instrument] of Object.entries<Instrument>(instruments)) {
    const options = optionsOf(instrument)
    switch (instrument.kind) {
      case 'counter': {
        const counter = meter.createCounter(name, options)
        recorded.set(name, (value, attributes) => counter.add(value, attributes))
        break
      }
      case 'histogram': {
        const histogram = meter.createHistogram(name, options)
        recorded.set(name, (value, attributes) => histogram.record(value, attributes))
        break
      }
      case 'gauge':
        observed.set(name, meter.createObservableGauge(name, options))
        break
      case 'observed_counter':
        observed.set(name, meter.createObservableCounter(name, options))
        break
      default:
        instrument.kind satisfies never
    }
  }
  const all = [...observed.values()]
  // The SDK goes on giving the last value of a series that is not observed any more: a check that was removed while it was
  // sick would be sick for ever. So what was once more than nothing is told to be nothing from then on.
  const standing = new Map<string, { readonly instrument: OtelObservable; readonly labels: OtelAttributes }>()
  const onCollect: Parameters<OtelMeter['addBatchObservableCallback']>[0] = (observations) => {
    const gone = new Map(standing)
    look((name: InstrumentName, value, attributes) => {
      const instrument = observed.get(name)
      if (instrument === undefined) return
      const labels = labelled(fixed, attributes)
      observations.observe(instrument, value, labels)
      if (instruments[name].kind !== 'gauge') return
      const key = JSON.stringify([name, labels])
      gone.delete(key)
      if (value === 0) standing.delete(key)
      else standing.set(key, { instrument, labels })
    })
    // It stays among the standing ones: other readers have not been told yet.
    for (const { instrument, labels } of gone.values()) observations.observe(instrument, 0, labels)
  }
  meter.addBatchObservableCallback(onCollect, all)
  let isOpen = true
  return {
    record(name, value, attributes) {
      if (isOpen) recorded.get(name)?.(value, labelled(fixed, attributes))
    },
    close() {
      isOpen = false
      meter.removeBatchObservableCallback(onCollect, all)
    },
  }
}

function optionsOf({ unit, description, buckets }: Instrument): OtelInstrumentOptions {
  return { unit, description, ...(buckets === undefined ? {} : { advice: { explicitBucketBoundaries: [...buckets] } }) }
}

function labelled(fixed: OtelAttributes, attributes: Readonly<Record<string, string | undefined>>): OtelAttributes {
  const all = { ...fixed }
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) all[name] = value
  return all
}
