import { outputTokenCandidates } from '../../src/pricing/output-tokens.ts'
import type { MeasuredFigures } from './figures.ts'
import type { Network, Station } from './queueing-network.ts'
import { meanOf, type PictureKind, type Scenario } from './scenario.ts'

const BASE64 = 4 / 3
/** Server processes that commit at once; their flushes are shared, so each transaction takes its time beside others. */
const COMMITTING_AT_ONCE = 64

/** Output tokens of a picture, by the repository's own formula of gpt-image-2. */
export const tokensOf = ({ quality, width, height }: PictureKind) =>
  outputTokenCandidates('gpt-image-2', quality, { width, height }, 1).expected

/**
 * The road of a picture through one cell, as stations: what it passes before the call, the call, and what comes after. Who passes where only some do is
 * decided by chance at each, so a picture may pass as a job here and be waited for there; loads and lines are the same.
 */
export function cellOf(scenario: Scenario, figures: MeasuredFigures): Network {
  const { kinds, jobShare } = scenario
  const mix = (ofPicture: number, ofJob: number) => ofPicture * (1 - jobShare) + ofJob * jobShare
  const mebibytes = meanOf(kinds, (kind) => kind.mebibytes)
  const processes = scenario.apiNodes + scenario.workerNodes
  const transactions = mix(figures.writeTransactionsOfPicture, figures.writeTransactionsOfJob)
  const ofLargest = Math.min(1, scenario.largestProjectShare * scenario.cells)
  const station = (name: string, change: Omit<Station, 'name' | 'share'> & { share?: number }): Station => ({ name, share: 1, ...change })

  const half = {
    cores: station('cores of the processes', {
      places: processes,
      serviceS: (figures.cpuMsOfPicture + figures.cpuMsOfMebibyte * mebibytes * BASE64) / 2000 / scenario.coreFactor,
      service: 'random',
    }),
    database: station('commits of the database', {
      places: COMMITTING_AT_ONCE,
      serviceS: (COMMITTING_AT_ONCE * transactions) / 2 / (figures.durableTransactionsPerSecond * scenario.commitFactor),
      service: 'random',
    }),
    server: station('cores of the database', {
      places: scenario.databaseCores,
      serviceS: mix(figures.serverCpuMsOfPicture, figures.serverCpuMsOfJob) / 2000 / scenario.coreFactor,
      service: 'random',
    }),
  }
  const budget = station("the largest project's budget", {
    places: 1,
    serviceS: 1 / (figures.picturesPerSecondOfBudget * scenario.commitFactor),
    service: 'random',
    share: ofLargest,
  })
  const events = station("the lock of the largest project's events", {
    places: 1,
    // A job tells of its queueing, start and end; each holds the lock until its transaction is on disk.
    serviceS: (3 * figures.durableTransactionMs) / 1000 / scenario.commitFactor,
    service: 'random',
    share: ofLargest * jobShare,
  })
  const queue = station('handing out jobs', {
    places: scenario.workerNodes,
    serviceS: 1 / (figures.jobsPerSecondOfWorker * scenario.commitFactor),
    service: 'random',
    share: jobShare,
  })
  const log = station('write-ahead log', {
    places: 1,
    serviceS: mix(figures.walKibOfPicture, figures.walKibOfJob) / 1024 / scenario.walMebibytesPerSecond,
    service: 'steady',
  })
  const notify = station('NOTIFY', {
    places: 1,
    serviceS: mix(figures.notifiesOfPicture, figures.notifiesOfJob) / (figures.notifiesPerSecond * scenario.commitFactor),
    service: 'random',
  })
  const images = station('images a minute of the routes', {
    places: 1,
    serviceS: 60 / (scenario.routes * scenario.upstreamImagesPerMinute),
    service: 'steady',
  })
  const tokens = station('tokens a minute of the routes', {
    places: 1,
    serviceS: (60 * meanOf(kinds, tokensOf)) / (scenario.routes * scenario.upstreamTokensPerMinute),
    service: 'random',
  })
  const upstreamS = meanOf(kinds, (kind) => kind.upstreamS)
  const calls = station('calls at once of the api processes', {
    places: scenario.apiNodes * scenario.placesOfApi,
    serviceS: upstreamS,
    service: 'random',
    share: 1 - jobShare,
  })
  const jobs = station('jobs at once of the workers', {
    places: scenario.workerNodes * scenario.placesOfWorker,
    serviceS: upstreamS,
    service: 'random',
    share: jobShare,
  })
  const network = station('network of the processes', {
    places: processes,
    // In from upstream and out to the caller or bucket as base64 and bytes.
    serviceS: (mebibytes * (BASE64 * 2 + 1)) / scenario.nodeMebibytesPerSecond,
    service: 'random',
  })
  const bucket = station('puts into the bucket', { places: 1, serviceS: 1 / scenario.bucketPutsPerSecond, service: 'steady' })

  const before = [half.cores, budget, events, half.server, half.database, queue, images, tokens, calls, jobs]
  const after = [network, half.cores, bucket, half.server, half.database, log, notify]
  return { journey: [...before, ...after], ratePerS: scenario.imagesPerMinute / 60 / scenario.cells }
}
