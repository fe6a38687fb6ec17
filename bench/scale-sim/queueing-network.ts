import { quantile } from '../support/quantile.ts'
import { EventHeap } from './event-heap.ts'
import { seededChance } from './seeded-chance.ts'

/** Something that many pass through, some at a time: a processor, a lock, a limit. Who comes while all places are taken waits in line. */
export interface Station {
  name: string
  /** How many it serves at once. */
  places: number
  /** How long it serves one, on average. */
  serviceS: number
  /** `steady` takes the same time for everybody, `random` an exponential one. */
  service: 'steady' | 'random'
  /** The share of all that come who pass through it. */
  share: number
}

/** How stations are passed through, and by how many. */
export interface Network {
  /** In the order of passing; a station may be named more than once, and is then one with several visits. */
  journey: readonly Station[]
  /** Arrivals a second, at random: the gaps between them are exponential. */
  ratePerS: number
}

/** How a station fared. */
export interface StationResult {
  name: string
  /** Work that comes a second over what it can do a second: from 1 on the line grows without end. */
  load: number
  /** Arrivals a second of the whole network at which it is full. */
  fullAtPerS: number
  /** Waiting in line, of one visit; NaN where nobody came. */
  meanWaitS: number
  waitP50S: number
  waitP99S: number
}

/** What came of a run. */
export interface NetworkResult {
  stations: StationResult[]
  /** Of all that arrived: how long they waited in lines, all told. */
  waitP50S: number
  waitP99S: number
  arrived: number
  left: number
}

/** The first tenth of all arrivals find emptier lines than later ones, and are not counted. */
const WARM_UP_SHARE = 0.1

interface Line {
  station: Station
  free: number
  waiting: Visit[]
  begun: number
  waitsS: number[]
}

interface Visit {
  number: number
  step: number
  cameS: number
}

/**
 * Runs a network event by event. First come, first served; the same seed gives the same run.
 * @param arrivals how many are let in
 */
export function runNetwork({ journey, ratePerS }: Network, { arrivals, seed }: { arrivals: number; seed: number }): NetworkResult {
  const chance = seededChance(seed)
  const exponential = (meanS: number) => -Math.log(1 - chance()) * meanS
  const lines = new Map<Station, Line>(
    journey.map((station) => [station, { station, free: station.places, waiting: [], begun: 0, waitsS: [] }]),
  )
  const waitedS = new Float64Array(arrivals)
  const warmUp = Math.floor(arrivals * WARM_UP_SHARE)
  const events = new EventHeap<() => void>()
  let nowS = 0
  let left = 0

  const arrive = (number: number) => {
    if (number + 1 < arrivals) events.add(nowS + exponential(1 / ratePerS), () => arrive(number + 1))
    goTo(number, 0)
  }
  const goTo = (number: number, step: number) => {
    const station = journey[step]
    if (station === undefined) left++
    else if (station.share < 1 && chance() >= station.share) goTo(number, step + 1)
    else enter(lines.get(station)!, { number, step, cameS: nowS })
  }
  const enter = (line: Line, visit: Visit) => {
    if (line.free > 0) serve(line, visit)
    else line.waiting.push(visit)
  }
  const serve = (line: Line, { number, step, cameS }: Visit) => {
    const { serviceS, service } = line.station
    line.free--
    if (number >= warmUp) line.waitsS.push(nowS - cameS)
    waitedS[number]! += nowS - cameS
    events.add(nowS + (service === 'steady' ? serviceS : exponential(serviceS)), () => {
      line.free++
      const next = line.waiting[line.begun]
      if (next) {
        line.begun++
        serve(line, next)
      }
      goTo(number, step + 1)
    })
  }

  arrive(0)
  for (let event = events.take(); event !== null; event = events.take()) {
    nowS = event.at
    event.value()
  }
  const counted = [...waitedS.subarray(warmUp)]
  return {
    stations: [...lines.values()].map((line) => resultOf(line, visitsOf(journey, line.station), ratePerS)),
    waitP50S: quantile(counted, 0.5),
    waitP99S: quantile(counted, 0.99),
    arrived: arrivals,
    left,
  }
}

const visitsOf = (journey: readonly Station[], station: Station) => journey.filter((visited) => visited === station).length

function resultOf({ station, waitsS }: Line, visits: number, ratePerS: number): StationResult {
  const fullAtPerS = station.places / (station.serviceS * station.share * visits)
  return {
    name: station.name,
    load: ratePerS / fullAtPerS,
    fullAtPerS,
    meanWaitS: waitsS.reduce((sum, wait) => sum + wait, 0) / waitsS.length,
    waitP50S: quantile(waitsS, 0.5),
    waitP99S: quantile(waitsS, 0.99),
  }
}
