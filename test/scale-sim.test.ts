import { describe, expect, it } from 'vitest'
import { runNetwork, type Station } from '../bench/scale-sim/queueing-network.ts'

const station = (change: Partial<Station> = {}): Station => ({
  name: 'station',
  places: 1,
  serviceS: 1,
  service: 'random',
  share: 1,
  ...change,
})

/** Mean wait of M/M/c, Erlang's second formula. */
function erlangWaitS(places: number, ratePerS: number, serviceS: number): number {
  const offered = ratePerS * serviceS
  let term = 1
  let sum = 1
  for (let k = 1; k < places; k++) sum += term *= offered / k
  const last = (term * offered) / places / (1 - offered / places)
  return (last / (sum + last)) * (serviceS / (places - offered))
}

describe('the model of scale', () => {
  it.each([
    [1, 0.5],
    [1, 0.8],
    [4, 3.2],
    [16, 14],
  ])('waits as long at %i places and %f arrivals as Erlang says', (places, ratePerS) => {
    const { stations } = runNetwork({ journey: [station({ places })], ratePerS }, { arrivals: 200_000, seed: 7 })
    const expected = erlangWaitS(places, ratePerS, 1)
    expect(stations[0]!.meanWaitS / expected).toBeGreaterThan(0.9)
    expect(stations[0]!.meanWaitS / expected).toBeLessThan(1.1)
    expect(stations[0]!.load).toBeCloseTo(ratePerS / places)
  })

  it('waits half as long where everybody takes the same time, as Pollaczek and Khinchine say', () => {
    const { stations } = runNetwork({ journey: [station({ service: 'steady' })], ratePerS: 0.8 }, { arrivals: 200_000, seed: 7 })
    expect(stations[0]!.meanWaitS / 2).toBeGreaterThan(0.9)
    expect(stations[0]!.meanWaitS / 2).toBeLessThan(1.1)
  })

  it('lets everybody out who came in, also where the line grows without end', () => {
    const journey = [station({ places: 3 }), station({ serviceS: 5 }), station({ share: 0.3 })]
    const { arrived, left, stations } = runNetwork({ journey, ratePerS: 1 }, { arrivals: 5000, seed: 1 })
    expect([arrived, left]).toEqual([5000, 5000])
    expect(stations.map(({ load }) => load)).toEqual([1 / 3, 5, 0.3])
  })

  it('counts the visits of a station that is passed twice, and is the same for the same seed', () => {
    const twice = station({ serviceS: 0.2 })
    const run = (seed: number) => runNetwork({ journey: [twice, station({ places: 9 }), twice], ratePerS: 2 }, { arrivals: 2000, seed })
    expect(run(3).stations.map(({ load, fullAtPerS }) => [load, fullAtPerS])[0]).toEqual([0.8, 2.5])
    expect(run(3)).toEqual(run(3))
    expect(run(4)).not.toEqual(run(3))
  })
})
