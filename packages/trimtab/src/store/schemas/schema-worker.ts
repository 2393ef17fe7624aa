import { parentPort } from 'node:worker_threads'
import { checkPublish } from './check-publish.ts'
import type { PublishAnswer, RedactAnswer, SchemaQuestion } from './question.ts'
import { redactLeaves } from './redact-leaves.ts'

/** What the thread says: once that it is there, and then one answer for each question. */
export type SchemaThreadMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly answer: PublishAnswer | RedactAnswer }
  | { readonly kind: 'failed' }

// The entry of a thread: what runs it gives it nothing else.
const port = parentPort
if (port !== null) {
  const tell = (message: SchemaThreadMessage) => port.postMessage(message)
  port.on('message', (question: SchemaQuestion) => {
    try {
      tell({ kind: 'answer', answer: question.kind === 'publish' ? checkPublish(question) : redactLeaves(question) })
    } catch {
      // What a hostile schema made of the validator, with who knows what in its text.
      tell({ kind: 'failed' })
    }
  })
  tell({ kind: 'ready' })
}
