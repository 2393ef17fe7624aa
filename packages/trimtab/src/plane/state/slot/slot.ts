import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { TrimtabError } from '../../../errors/trimtab-error.ts'
import type { Clock } from '../../../primitives/time/clock.ts'
import { unusable, usableRoot, usableSlot } from './folder-rights.ts'
import { takeSlotLock } from './slot-lock.ts'

/** A folder in the state folder that belongs to this process for as long as it lives. */
export interface Slot {
  readonly folder: string
  /** The name of the instance; with `~2` and so on where other processes of that name were there before. */
  readonly name: string
  /** The folders of the other slots of that name, whether or not somebody holds them. */
  siblings(): Promise<readonly string[]>
  release(): Promise<void>
}

const instanceName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/
/** Processes of one name on one machine; more of them are a loop that starts processes, and no service. */
const slotLimit = 64

/**
 * Takes the first free slot of an instance. Several processes of one name on one machine get one each, because that is
 * what a cluster of workers with default names is; `~` can't be part of a name, so that no other instance is met.
 */
export async function takeSlot(path: string, instance: string, clock: Clock): Promise<Slot> {
  if (typeof path !== 'string' || path === '') {
    throw new TrimtabError('option_invalid', 'The option stateDir has to be the path of a folder.')
  }
  if (!instanceName.test(instance)) {
    throw new TrimtabError(
      'option_invalid',
      'The option instance has to be 1 to 128 letters, digits, _, - and ., the first a letter or a digit.',
    )
  }
  const root = await usableRoot(path)
  for (let number = 1; number <= slotLimit; number += 1) {
    const name = slotName(instance, number)
    const folder = await usableSlot(root, name)
    const lock = await takeSlotLock(folder, clock)
    if (lock === undefined) continue
    return { folder, name, siblings: () => siblings(root, instance, name), release: () => lock.release() }
  }
  throw unusable(
    root,
    `${slotLimit} processes use it as ${instance}`,
    'Give each instance a name of its own, or stop some of them',
  )
}

function slotName(instance: string, number: number): string {
  return number === 1 ? instance : `${instance}~${number}`
}

async function siblings(root: string, instance: string, own: string): Promise<readonly string[]> {
  const names = new Set(Array.from({ length: slotLimit }, (_, index) => slotName(instance, index + 1)))
  const found = await readdir(root)
  return found.filter((name) => name !== own && names.has(name)).map((name) => join(root, name))
}
