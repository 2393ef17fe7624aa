import { parentPort } from 'node:worker_threads'
import { answerQuestion } from './answer.ts'
import type { SchemaAnswer, SchemaQuestion } from './question.ts'

/** What the thread says: once that it is there, and then one answer for each question. */
export type SchemaThreadMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly answer: SchemaAnswer }
  | { readonly kind: 'failed' }

// The entry of a thread: what runs it gives it nothing else.
const port = parentPort
if (port !== null) {
  const tell = (message: SchemaThreadMessage) => port.postMessage(message)
  port.on('message', (question: SchemaQuestion) => {
    try {
      tell({ kind: 'answer', answer: answerQuestion(question) })
    } catch {
      // What a hostile schema made of the validator, with who knows what in its text.
      tell({ kind: 'failed' })
    }
  })
  tell({ kind: 'ready' })
}
