import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { inspect } from 'node:util'
import { Client } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createOutbound } from './create-outbound.ts'
import { createGuardedConnector, type HostLookup } from './guarded-connector.ts'
import type { UntrustedRequest } from './outbound.ts'
import { createPublicAddressCheck } from './public-addresses.ts'
import { UntrustedRefusal } from './untrusted-refusal.ts'

/** Hosts that are, or that some system reads as, an address nobody outside may reach. */
const literals = {
  loopback: ['127.0.0.1', '127.0.0.2', '127.255.255.254', '[::1]', '[0:0:0:0:0:0:0:1]', '[0000:0000::0001]'],
  'loopback as one number': ['2130706433', '0x7f000001', '0X7F000001', '017700000001', '0x7f.0x0.0x0.0x1', '00000177.0.0.1'],
  'loopback in short, octal and hex parts': [
    '127.1',
    '127.0.1',
    '0x7f.1',
    '0177.1',
    '0177.0.0.1',
    '0177.0.0.01',
    '0x7f.0.0.1',
    '127.0x1',
    '127.00.0.1',
    '0x7f.0.1',
    '127.65535',
  ],
  'loopback in other scripts': ['１２７.0.0.1', '１２７．０．０．１', '①②⑦.0.0.1', '127。0。0。1', '127｡0｡0｡1', '𝟏𝟐𝟕.𝟎.𝟎.𝟏', '𝟙𝟚𝟟.0.0.1'],
  'loopback percent-encoded': ['%31%32%37.0.0.1', '127%2e0%2e0%2e1', '%31%32%37%2e%30%2e%30%2e%31'],
  'IPv4-mapped IPv6': [
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:127.0.0.1]',
    '[::ffff:10.0.0.1]',
    '[::ffff:a9fe:a9fe]',
    '[::FFFF:192.168.1.1]',
  ],
  'IPv4-compatible IPv6': ['[::127.0.0.1]', '[::7f00:1]', '[::10.0.0.1]', '[::a9fe:a9fe]'],
  'translated IPv4': ['[::ffff:0:127.0.0.1]', '[::ffff:0:7f00:1]'],
  NAT64: ['[64:ff9b::127.0.0.1]', '[64:ff9b::7f00:1]', '[64:ff9b::a9fe:a9fe]', '[64:ff9b:1::7f00:1]', '[64:ff9b:1:ffff::10.0.0.1]'],
  '6to4': ['[2002:7f00:1::]', '[2002:7f00:0001::1]', '[2002:a9fe:a9fe::]', '[2002:c0a8:101::1]', '[2002:a00:1::]'],
  Teredo: ['[2001::1]', '[2001:0:4136:e378:8000:63bf:3fff:fdd2]', '[2001:0:7f00:1::]', '[2001:0000::80ff:fffe]'],
  'unique local': ['[fc00::1]', '[fd00::1]', '[fd12:3456:789a:1::1]', '[fdff:ffff::1]'],
  'link-local and site-local': ['[fe80::1]', '[fe80::a9fe:a9fe]', '[febf::1]', '[fec0::1]', '169.254.0.1', '169.254.255.254'],
  unspecified: ['0.0.0.0', '0', '0x0', '00', '0.1', '0.0.0.1', '[::]', '[0:0:0:0:0:0:0:0]', '[::ffff:0.0.0.0]'],
  private: [
    '10.0.0.1',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.254',
    '192.168.0.1',
    '192.168.255.255',
    '3232235521',
    '0xa000001',
    '012.1',
  ],
  'carrier-grade NAT': ['100.64.0.1', '100.127.255.254', '100.100.100.200', '0x64.0x64.0x64.0xc8'],
  metadata: [
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '169.254.43518',
    '[fd00:ec2::254]',
    '168.63.129.16',
    '169.254.170.2',
  ],
  benchmark: ['198.18.0.1', '198.19.255.254', '[2001:2::1]'],
  documentation: ['192.0.2.1', '198.51.100.7', '203.0.113.9', '[2001:db8::1]', '[3fff::1]', '[3fff:fff:ffff::1]'],
  'multicast and broadcast': ['224.0.0.1', '239.255.255.250', '255.255.255.255', '4294967295', '[ff02::1]', '[ff0e::1]'],
  'reserved by IANA': [
    '240.0.0.1',
    '254.1.1.1',
    '192.0.0.1',
    '192.0.0.192',
    '192.88.99.1',
    '192.31.196.1',
    '192.175.48.1',
    '[100::1]',
    '[4000::1]',
  ],
  'unallotted or special IPv6': ['[5f00::1]', '[2001:10::1]', '[2001:20::1]', '[8000::1]', '[e000::1]'],
  'the operator’s own range': ['8.8.4.4', '0x08080404', '[2606:4700::1111]', '[::ffff:8.8.4.4]'],
}

/** Names, and what a hostile name server says of them. */
const answers: Record<string, readonly string[]> = {
  '127.0.0.1.nip.io': ['127.0.0.1'],
  '7f000001.nip.io': ['127.0.0.1'],
  'app.10-0-0-1.sslip.io': ['10.0.0.1'],
  'localtest.me': ['127.0.0.1', '::1'],
  'lvh.me': ['127.0.0.1'],
  'spoofed.burpcollaborator.net': ['127.0.0.1'],
  'metadata.nicob.net': ['169.254.169.254'],
  'azure.example.net': ['168.63.129.16'],
  'alibaba.example.net': ['100.100.100.200'],
  'mapped.example.net': ['::ffff:127.0.0.1'],
  'compatible.example.net': ['::7f00:1'],
  'nat64.example.net': ['64:ff9b::7f00:1'],
  'sixtofour.example.net': ['2002:7f00:1::'],
  'zone.example.net': ['fe80::1%lo'],
  'public-zone.example.net': ['2606:4700:4700::1111%lo'],
  'ec2-six.example.net': ['fd00:ec2::254'],
  'zero.example.net': ['0.0.0.0'],
  'mixed-first.example.net': ['127.0.0.1', '1.1.1.1'],
  'mixed-last.example.net': ['1.1.1.1', '127.0.0.1'],
  'mixed-six.example.net': ['1.1.1.1', '2606:4700:4700::1111', '::1'],
  'decimal.example.net': ['2130706433'],
  'short.example.net': ['127.1'],
  'octal.example.net': ['0177.0.0.1'],
  'nonsense.example.net': ['not an address'],
  'operator.example.net': ['8.8.4.4'],
  'xn--localhost-9db.example.net': ['127.0.0.1'],
}

/** Names that are refused without asking anybody. */
const privateNames = [
  'localhost',
  'LOCALHOST',
  'LocalHost',
  'app.localhost',
  'a.b.localhost',
  'ｌｏｃａｌｈｏｓｔ',
  'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
  'local%68ost',
  'lo\u00adcalhost',
  'router.local',
  'metadata.google.internal',
  'nas.home.arpa',
  'metadata',
  'intranet',
  'ip6-localhost',
]

/** Texts that are refused for how they are written; `%` stands for the sink's host and port. */
const misspelled = [
  'http://%/',
  'https://%/',
  'HTTP://%/',
  'https://user@%/',
  'https://user:password@%/',
  'https://@%/',
  'https://:@%/',
  'https://1.1.1.1@%/',
  'https://1.1.1.1:443@%/',
  'https://1.1.1.1%2f@%/',
  'https://example.com\\@%/',
  'https://example.com\\.%/',
  'https:\\\\%/',
  'https:/%/',
  'https:%/',
  'https:///%/',
  'https:////%/',
  '//%/',
  '%/',
  ' https://%/',
  'https://%/ ',
  'https://%/a b',
  'ht\ttps://%/',
  'https://127.0.0\t.1/',
  'https://127.0.0\n.1/',
  'https://127.0.0\r\n.1/',
  'https://%/\r\nhost: evil',
  'https://127.0.0.1\u0000.example.com/',
  '\u0000https://127.0.0.1/',
  '\u0001https://127.0.0.1/',
  'https://127.0.0.1\u007f/',
  'https://127.0.0.1\u0085/',
  'https://127.0.0.1\u00a0/',
  'https://127.0.0.1%00/',
  'https://localhost./',
  'https://app.localhost./',
  'https://nip.io./',
  'https://example.com../',
  'https://./',
  'https://../',
  'https://',
  'https://?',
  'https://#@%/',
  'https://?@%/',
  'https://:443/',
  'https://[::1/',
  'https://::1/',
  'https://[::1]x/',
  'https://[fe80::1%25lo]/',
  'https://[fe80::1%lo]/',
  'https://[::ffff:127.0.0.1.]/',
  'https://[127.0.0.1]/',
  'https://[v1.127]/',
  'https://256.256.256.256/',
  'https://127.0.0.0.1/',
  'https://4294967296/',
  'https://0x100000000/',
  'https://127.0.0.1:99999/',
  'https://127.0.0.1:-1/',
  'https://127.0.0.1:0/',
  'https://example.com:22/',
  'https://example.com:25/',
  'https://example.com:80/',
  'https://example.com:6379/',
  'https://example.com:8443/',
  'http://example.com/',
  'http://example.com:443/',
  'https://exa mple.com/',
  'https://exam<ple.com/',
  'https://example.com|127.0.0.1/',
  'https://a^b/',
  'file:///etc/passwd',
  'file://127.0.0.1/etc/passwd',
  'ftp://%/',
  'gopher://%/_GET',
  'dict://%/',
  'ldap://%/',
  'jar:https://%/!/',
  'javascript:fetch("https://%/")',
  'blob:https://%/x',
  'data:image/png;base64,AAAA',
  'ws://%/',
  'wss://%/',
  'unix:/var/run/docker.sock',
  'http+unix://%2fvar%2frun%2fdocker.sock/',
  'view-source:https://%/',
  'https',
  '',
  `https://example.com/${'a'.repeat(9_000)}`,
]

const canary = 'CANARY-of-the-sink'
let sink: Server
let sinkPort = 0
let connections = 0
let redirectTo = ''
let redirector: Server
let redirectorOrigin = ''
const asked: string[] = []
const lookup: HostLookup = async (hostname) => {
  asked.push(hostname)
  const found = answers[hostname]
  if (!found) throw Object.assign(new Error('unknown'), { code: 'ENOTFOUND' })
  return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
}
const denyRanges = ['8.8.4.0/24', '2606:4700::1111']
let door = createOutbound({ userAgent: 'darkroom/test', lookup, denyRanges })

beforeAll(async () => {
  // All addresses of this machine, both families: whatever leads here is counted.
  sink = createServer((socket) => {
    connections++
    socket.on('error', () => {})
    socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${canary.length}\r\n\r\n${canary}`)
  }).listen(0)
  await once(sink, 'listening')
  sinkPort = (sink.address() as AddressInfo).port
  redirector = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(`HTTP/1.1 302 Found\r\nlocation: ${redirectTo}\r\ncontent-length: 0\r\n\r\n`, 'latin1'))
  }).listen(0, '127.0.0.1')
  await once(redirector, 'listening')
  redirectorOrigin = `http://127.0.0.1:${(redirector.address() as AddressInfo).port}`
  await door.close()
  door = createOutbound({ userAgent: 'darkroom/test', lookup, denyRanges, allow: [redirectorOrigin] })
})

afterAll(async () => {
  await door.close()
  sink.close()
  redirector.close()
})

const request = (url: string): UntrustedRequest => ({
  destination: 'untrusted',
  purpose: 'input_image',
  method: 'GET',
  url,
  maxBodyBytes: 1_000,
  timeoutMs: 5_000,
})

async function refusalOf(url: string): Promise<UntrustedRefusal> {
  const error = await door.untrusted(request(url)).then(
    (answer) => answer.discard(),
    (refusal) => refusal,
  )
  expect(error, url).toBeInstanceOf(UntrustedRefusal)
  expect(error.message).toBe('the address could not be fetched')
  expect(inspect(error, { depth: 9 })).not.toContain(canary)
  return error
}

/** Goes to the sink's port through the connector alone: no rule on spelling, scheme or port helps it. */
async function knock(host: string, isPublic = createPublicAddressCheck(denyRanges)): Promise<{ code: string } | 'answered'> {
  const connect = createGuardedConnector({ isPublic, originAllowed: () => false, lookup, connectTimeoutMs: 2_000, extraCertificates: [] })
  const client = new Client(`http://${host}:${sinkPort}`, { connect })
  try {
    const { body } = await client.request({ path: '/', method: 'GET' })
    await body.dump()
    return 'answered'
  } catch (error) {
    return { code: (error as { code: string }).code }
  } finally {
    await client.destroy()
  }
}

const hosts = Object.entries(literals).flatMap(([kind, spellings]) => spellings.map((host) => [kind, host] as const))
const names = Object.keys(answers)

/** Rows of docs/bad-inputs.md. */
const rowOfKind = (kind: string) => (kind === 'metadata' ? 'B77' : /^(?:loopback|IPv4-|translated)/.test(kind) ? 'B78' : 'B79')
function rowOfText(text: string): string {
  if (/^[\w+-]+:/.test(text) && !/^https?:/i.test(text)) return 'B83'
  return /^https?:\/\/[\w.]+:-?\d+\/$/.test(text) ? 'B85' : 'B84'
}

describe('the corpus of hostile addresses', () => {
  it('holds at least 150 spellings, none twice', () => {
    const all = [...hosts.map(([, host]) => host), ...names, ...privateNames, ...misspelled]
    expect(new Set(all).size).toBe(all.length)
    expect(all.length).toBeGreaterThanOrEqual(150)
  })

  it('would reach the sink if nothing guarded it', async () => {
    const before = connections
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '１２７．０．０．１', '[::ffff:7f00:1]', 'localtest.me']) {
      expect(await knock(host, () => true), host).toBe('answered')
    }
    expect(connections - before).toBe(6)
  })

  it.each(hosts.map(([kind, host]) => [rowOfKind(kind), kind, host] as const))(
    '%s opens no connection to %s: %s',
    async (_row, _kind, host) => {
      const before = connections
      expect(await knock(host)).toEqual({ code: 'BLOCKED_ADDRESS' })
      expect((await refusalOf(`https://${host}/`)).detail).toBe('blocked_address')
      expect((await refusalOf(`https://${host}:${sinkPort}/`)).detail).toBe('url')
      expect(door.checkUntrustedUrl(`https://${host}/`)).toEqual({ ok: false, detail: 'blocked_address' })
      expect(connections).toBe(before)
    },
  )

  it.each(names)('B81 opens no connection for the name %s', async (name) => {
    const before = connections
    expect(await knock(name)).toEqual({ code: 'BLOCKED_ADDRESS' })
    expect((await refusalOf(`https://${name}/`)).detail).toBe('blocked_address')
    expect(connections).toBe(before)
  })

  it.each(privateNames)('B78 refuses %j without asking a name server', async (name) => {
    const before = asked.length
    expect((await refusalOf(`https://${name}/`)).detail).toBe('blocked_address')
    expect(asked.length).toBe(before)
  })

  it.each(misspelled.map((text) => [rowOfText(text), text] as const))('%s refuses to read %j', async (_row, template) => {
    const before = connections
    const url = template.replaceAll(/%(?=[/x]|$)/g, `127.0.0.1:${sinkPort}`)
    expect((await refusalOf(url)).detail).toBe('url')
    expect(door.checkUntrustedUrl(url).ok).toBe(false)
    expect({ connections, asked: asked.filter((name) => name.includes('@')) }).toEqual({ connections: before, asked: [] })
  })

  it('B82 refuses a redirect to every one of them, from a host that is allowed', async () => {
    const before = connections
    const places = [...hosts.map(([, host]) => host), ...names, ...privateNames]
    const targets = [
      ...places.flatMap((host) => [`https://${host}/`, `http://${host}:${sinkPort}/`, `//${host}:${sinkPort}/`]),
      ...misspelled,
    ]
    // Other control characters cannot be in a header at all. What has no scheme is a path of the redirecting host itself,
    // which answers with itself until the hops are used up.
    for (const target of targets.filter((text) => !/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text))) {
      redirectTo = Buffer.from(target).toString('latin1')
      const { detail } = await refusalOf(`${redirectorOrigin}/`)
      expect(['url', 'blocked_address', 'redirect'], target).toContain(detail)
    }
    expect(connections).toBe(before)
  })
})

describe('a name that changes its mind', () => {
  /** Says "here" the first time it is asked, and another address of this machine ever after. */
  const flipping = () => {
    const told: string[] = []
    const resolve: HostLookup = async () => {
      told.push(told.length === 0 ? '127.0.0.1' : '127.0.0.2')
      return [{ address: told.at(-1)!, family: 4 }]
    }
    return { told, resolve }
  }
  const ask = async (client: Client) => {
    const { body } = await client.request({ path: '/', method: 'GET', reset: true })
    return body.text()
  }
  // For these two tests one loopback address plays the public internet, so that a connection can really come about.
  const connector = (resolve: HostLookup, isPublic: (address: string) => boolean) =>
    createGuardedConnector({ isPublic, originAllowed: () => false, lookup: resolve, connectTimeoutMs: 2_000, extraCertificates: [] })

  it('B81 is resolved once for a connection, and judged again for the next', async () => {
    const { told, resolve } = flipping()
    const client = new Client(`http://rebind.example.net:${sinkPort}`, {
      connect: connector(resolve, (address) => address === '127.0.0.1'),
    })
    const before = connections
    expect(await ask(client)).toBe(canary)
    expect(told).toEqual(['127.0.0.1'])
    await expect(ask(client)).rejects.toMatchObject({ stage: 'blocked' })
    expect({ told, connections }).toEqual({ told: ['127.0.0.1', '127.0.0.2'], connections: before + 1 })
    await client.destroy()
  })

  it('B81 gains nothing where the socket ends up elsewhere: the connected peer is judged before a byte is written', async () => {
    const { resolve } = flipping()
    let judged = 0
    // The answer passes; the same address as a peer does not.
    const client = new Client(`http://rebind.example.net:${sinkPort}`, { connect: connector(resolve, () => judged++ === 0) })
    await expect(ask(client)).rejects.toMatchObject({ stage: 'blocked' })
    expect(judged).toBe(2)
    await client.destroy()
  })
})
