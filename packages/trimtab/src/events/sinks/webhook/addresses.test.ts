import type { LookupAddress } from 'node:dns'
import { expect, it, test } from 'vitest'
import { createAddressCheck, isLiteralLoopback } from './addresses.ts'
import { checkedLookup, RefusedAddress } from './checked-lookup.ts'

const check = createAddressCheck()

it.each([
  ['169.254.169.254', 'refused'],
  ['169.254.170.2', 'refused'],
  ['::ffff:169.254.169.254', 'refused'],
  ['::ffff:a9fe:a9fe', 'refused'],
  ['::a9fe:a9fe', 'refused'],
  ['64:ff9b::a9fe:a9fe', 'refused'],
  ['2002:a9fe:a9fe::1', 'refused'],
  ['fe80::1', 'refused'],
  ['fe80::1%eth0', 'refused'],
  ['febf::1', 'refused'],
  ['fd00:ec2::254', 'refused'],
  ['fd00:ec2::23', 'refused'],
  ['64:ff9b::100.100.100.200', 'refused'],
  ['64:ff9b::a83f:8110', 'refused'],
  ['64:ff9b::0a00:1', 'allowed'],
  ['64:ff9b::7f00:1', 'loopback'],
  ['2002:6464:64c8::1', 'refused'],
  ['2002:a00:1::1', 'allowed'],
  ['::ffff:0:169.254.169.254', 'refused'],
  ['::ffff:0:0', 'refused'],
  ['::2', 'refused'],
  ['1:2:3:4:5:6:a9fe:a9fe', 'allowed'],
  ['FD00:0EC2:0:0:0:0:0:254', 'refused'],
  ['100.100.100.200', 'refused'],
  ['192.0.0.192', 'refused'],
  ['168.63.129.16', 'refused'],
  ['0.0.0.0', 'refused'],
  ['::', 'refused'],
  ['224.0.0.1', 'refused'],
  ['255.255.255.255', 'refused'],
  ['ff02::1', 'refused'],
  ['no address', 'refused'],
  ['', 'refused'],
  ['fd20:ce::254', 'refused'],
  ['127.0.0.1', 'loopback'],
  ['127.9.9.9', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['10.0.0.1', 'allowed'],
  ['192.168.1.1', 'allowed'],
  ['93.184.216.34', 'allowed'],
  ['2606:2800:220:1::1', 'allowed'],
  ['fd00::1', 'allowed'],
  ['::ffff:10.0.0.1', 'allowed'],
])('the address %s is %s', (address, kind) => {
  expect(check(address)).toBe(kind)
})

it.each([
  ['localhost', true],
  ['LOCALHOST.', true],
  ['hooks.localhost', true],
  ['127.0.0.1', true],
  ['::1', true],
  ['notlocalhost', false],
  ['example.com', false],
  ['10.0.0.1', false],
])('%s says that it is this machine: %s', (host, expected) => {
  expect(isLiteralLoopback(host, check)).toBe(expected)
})

const at = (address: string): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })

function look(addresses: readonly string[], { all = false, family = 0, allowLoopback = false } = {}) {
  const lookup = checkedLookup({ check, allowLoopback, resolve: (_, done) => done(null, addresses.map(at)) })
  return new Promise((resolve) => lookup('a.example', { all, family }, (error, found) => resolve(error ?? found)))
}

test('a socket is given checked addresses alone, and none where one of them is refused', async () => {
  expect(await look(['10.0.0.1', '10.0.0.2'])).toBe('10.0.0.1')
  expect(await look(['10.0.0.1', 'fd00::1'], { all: true })).toEqual([at('10.0.0.1'), at('fd00::1')])
  expect(await look(['10.0.0.1', 'fd00::1'], { family: 6 })).toBe('fd00::1')
  expect(await look(['127.0.0.1'], { allowLoopback: true })).toBe('127.0.0.1')
  for (const addresses of [
    ['169.254.169.254'],
    ['10.0.0.1', '169.254.169.254'],
    ['127.0.0.1'],
    ['::1', '10.0.0.1'],
    [],
  ])
    expect(await look(addresses)).toBeInstanceOf(RefusedAddress)
})

test('a name that is not known is an error like any other', async () => {
  const lookup = checkedLookup({ check, allowLoopback: false, resolve: (_, done) => done(new Error('ENOTFOUND'), []) })
  const error = await new Promise((resolve) => lookup('a.example', {}, resolve))
  expect(error).toMatchObject({ message: 'ENOTFOUND' })
})
