import type { PublishAnswer, PublishOrder } from '../processes/orders.ts'
import { startChild } from './child.ts'

/** Has one of several processes publish. */
export type OrderPublish = (by: number, order: Omit<PublishOrder, 'id' | 'url'>) => Promise<PublishAnswer>

/** Starts a process for each URL. */
export function startPublishers(urls: readonly string[]): OrderPublish {
  let orders = 0
  const waiting = new Map<number, (answer: PublishAnswer) => void>()
  const publishers = urls.map((url) => {
    const child = startChild<PublishOrder, PublishAnswer>('publisher')
    child.onMessage((answer) => waiting.get(answer.id)?.(answer))
    return { child, url }
  })
  return (by, order) => {
    const publisher = publishers[by % publishers.length]
    if (publisher === undefined) throw new Error('There is nobody who publishes')
    orders += 1
    const id = orders
    return new Promise((resolve) => {
      waiting.set(id, resolve)
      publisher.child.send({ ...order, id, url: publisher.url })
    })
  }
}
