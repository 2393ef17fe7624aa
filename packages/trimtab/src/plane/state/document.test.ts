import { describe, expect, it } from 'vitest'
import { createHash } from 'node:crypto'
import { documentVersion, readDocument, writeDocument } from './document.ts'

const body = { digest: 'abc', text: 'grüße', 10: [1, null, { deep: true }], ['__proto__x']: 0 }
const written = writeDocument({ library: '1.2.3', savedAt: 42, body })

describe('a document', () => {
  it('gives back what was written, and is one line of JSON that other tools can read', () => {
    expect(readDocument(written)).toEqual({ kind: 'whole', savedAt: 42, body })
    expect(JSON.parse(written.toString())).toMatchObject({ document: { version: documentVersion, library: '1.2.3' } })
    expect(written.toString().split('\n')).toHaveLength(2)
  })

  it('is damaged when it is cut off anywhere', () => {
    for (let length = 0; length < written.length; length += 1) {
      expect(readDocument(written.subarray(0, length)), `cut at ${length}`).toEqual({ kind: 'damaged' })
    }
  })

  it('is damaged when any bit of it has changed', () => {
    for (let index = 0; index < written.length; index += 1) {
      for (const bit of [1, 32, 128]) {
        const rotten = Buffer.from(written)
        rotten[index] = (rotten[index] ?? 0) ^ bit
        expect(readDocument(rotten), `byte ${index} of ${written.length}`).toEqual({ kind: 'damaged' })
      }
    }
  })

  it('is damaged when something stands behind it, or only zeros are there', () => {
    expect(readDocument(Buffer.concat([written, written]))).toEqual({ kind: 'damaged' })
    expect(readDocument(Buffer.alloc(written.length))).toEqual({ kind: 'damaged' })
  })

  it('is not read when a newer library wrote it', () => {
    const document = JSON.stringify({ version: documentVersion + 1, library: '9.0.0', savedAt: 1, body: {} })
    const checksum = createHash('sha256').update(document).digest('hex')
    const newer = Buffer.from(`{"checksum":"${checksum}","document":${document}}\n`)
    expect(readDocument(newer)).toEqual({ kind: 'newer', version: documentVersion + 1, library: '9.0.0' })
  })
})
