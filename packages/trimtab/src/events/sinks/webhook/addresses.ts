import { BlockList, isIP } from 'node:net'

/** Where nothing of ours is: a webhook that leads there is somebody's way to the machine's own credentials. */
const refused: readonly (readonly [network: string, prefix: number])[] = [
  // This host, link-local (where clouds keep their metadata), multicast, broadcast.
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['255.255.255.255', 32],
  // Metadata of clouds elsewhere: Alibaba, Oracle, Azure.
  ['100.100.100.200', 32],
  ['192.0.0.192', 32],
  ['168.63.129.16', 32],
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
  // The same in IPv6: what EC2 has for its instances, and the metadata of Google.
  ['fd00:ec2::', 32],
  ['fd20:ce::254', 128],
]

const loopback: readonly (readonly [network: string, prefix: number])[] = [
  ['127.0.0.0', 8],
  ['::1', 128],
]

/** What an address is to a webhook. */
export type AddressKind = 'allowed' | 'loopback' | 'refused'

/** Tells addresses apart; what is no address is refused. */
export function createAddressCheck(): (address: string) => AddressKind {
  const refusedList = listOf(refused)
  const loopbackList = listOf(loopback)
  return (address) => {
    const plain = embeddedIpv4(address)
    const version = isIP(plain)
    if (version === 0) return 'refused'
    const family = version === 4 ? 'ipv4' : 'ipv6'
    if (refusedList.check(plain, family)) return 'refused'
    return loopbackList.check(plain, family) ? 'loopback' : 'allowed'
  }
}

/** True for a name or an address that says itself that it is this machine. */
export function isLiteralLoopback(host: string, check: (address: string) => AddressKind): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  return name === 'localhost' || name.endsWith('.localhost') || (isIP(host) !== 0 && check(host) === 'loopback')
}

function listOf(networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, isIP(network) === 4 ? 'ipv4' : 'ipv6')
  return list
}

/**
 * An IPv6 address that stands for an IPv4 one leads where that leads: mapped (`::ffff:a9fe:a9fe`), the outdated compatible
 * form (`::a9fe:a9fe`), translated (`::ffff:0:a9fe:a9fe`), by NAT64 (`64:ff9b::a9fe:a9fe`) and by 6to4 (`2002:a9fe:a9fe::`).
 */
function embeddedIpv4(address: string): string {
  const text = address.split('%', 1)[0] ?? ''
  if (isIP(text) !== 6) return text
  // The URL parser writes every form of an address in the one canonical form.
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1)
  const groups = groupsOf(canonical)
  const prefix = groups.slice(0, 6).join(':')
  if (groups[0] === 0x2002) return ipv4Of(groups[1], groups[2])
  // `::` and `::1` stand for themselves.
  if (!embedding.has(prefix) || canonical === '::' || canonical === '::1') return canonical
  return ipv4Of(groups[6], groups[7])
}

/** The first six groups of addresses whose last two are an IPv4 address. */
const embedding: ReadonlySet<string> = new Set(
  [[], [0, 0, 0, 0, 0, 0xffff], [0, 0, 0, 0, 0xffff, 0], [0x64, 0xff9b, 0, 0, 0, 0]].map((groups) =>
    Array.from({ length: 6 }, (_, index) => groups[index] ?? 0).join(':'),
  ),
)

function groupsOf(canonical: string): readonly number[] {
  const [head = '', tail] = canonical.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...gap, ...after].map((group) => Number.parseInt(group, 16))
}

function ipv4Of(high = 0, low = 0): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
