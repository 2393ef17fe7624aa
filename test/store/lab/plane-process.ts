import type { PlaneMessage, PlaneOrder } from '../processes/plane-orders.ts'
import { startChild } from './child.ts'

type Done = Extract<PlaneMessage, { kind: 'done' }>
type Changed = Extract<PlaneMessage, { kind: 'changed' }>
type WithoutId<Order> = Order extends unknown ? Omit<Order, 'id'> : never

/** A process with a plane, and all that its listeners were told. */
export interface PlaneProcess {
  readonly told: readonly Changed[]
  order(order: WithoutId<PlaneOrder>): Promise<Done>
}

export function startPlaneProcess(): PlaneProcess {
  const child = startChild<PlaneOrder, PlaneMessage>('plane')
  const told: Changed[] = []
  const waiting = new Map<number, (done: Done) => void>()
  child.onMessage((message) => {
    if (message.kind === 'changed') told.push(message)
    else waiting.get(message.id)?.(message)
  })
  let orders = 0
  return {
    told,
    order: (order) => {
      orders += 1
      const id = orders
      return new Promise((resolve) => {
        waiting.set(id, resolve)
        child.send({ ...order, id })
      })
    },
  }
}
