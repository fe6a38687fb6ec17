import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const SETTING = '/proc/sys/net/ipv4/tcp_congestion_control'
const INSIDE = 'DARKROOM_BENCH_NETWORK'

/** How this process's TCP connections are paced; null where the system does not say. */
export function congestionControl(): string | null {
  try {
    return readFileSync(SETTING, 'utf8').trim()
  } catch {
    return null
  }
}

/**
 * Starts this program again in a network of its own, where loopback is not paced, and ends with its exit code. Some systems default to
 * BBR, which paces even loopback: with some callers 4 MiB were measured to take 3 to 14 times as long, and every proxy looked alike.
 * @returns how the network was prepared, in words, when this process is the one to measure
 */
export function enterPrivateNetwork(): string {
  if (process.env[INSIDE] === '1') return prepareOwnNetwork()
  if (process.platform !== 'linux') return "the system's own (only Linux has private networks)"
  const unshare = process.getuid?.() === 0 ? ['--net'] : ['--net', '--map-root-user']
  if (spawnSync('unshare', [...unshare, 'ip', 'link', 'set', 'lo', 'up']).status !== 0) return refusal()
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const inside = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...again]
  const { status } = spawnSync('unshare', [...unshare, ...inside], { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } })
  process.exit(status ?? 1)
}

function prepareOwnNetwork(): string {
  try {
    writeFileSync(SETTING, 'reno')
    return 'in a private network'
  } catch {
    return `in a private network, where it could not be set to reno${warning()}`
  }
}

function refusal(): string {
  return `the system's own, because no private network could be made (needs unshare and ip, and the right to use them)${warning()}`
}

function warning(): string {
  return congestionControl() === 'bbr' ? '. BBR can make loopback 3 to 14 times slower: the figures below may be those of its pacing' : ''
}
