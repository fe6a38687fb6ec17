import { officialPriceCards } from '../../src/pricing/index.ts'
import { tokensOf } from './cell.ts'
import type { MeasuredFigures } from './figures.ts'
import { meanOf, type Scenario } from './scenario.ts'

const MODEL = 'gpt-image-2'
const MINUTES_A_DAY = 1440
const NANOS_A_DOLLAR = 1e9
const BASE64 = 4 / 3

/** What a scenario comes to, all cells together. */
export interface Bill {
  /** Dollars, at once and as lines of batches, by OpenAI's price card; output tokens only, which is nearly all of it. */
  perHourUsd: number
  perHourBatchUsd: number
  /** Of pictures in the bucket, and of rows and indexes in the database. */
  pictureTerabytesPerDay: number
  databaseGigabytesPerDay: number
  /** Calls upstream that are under way at once, each with its sockets to caller or worker and to upstream. */
  callsAtOnce: number
  /** Bytes a second, in from upstream. */
  upstreamGigabitsPerS: number
}

/** Adds it up. */
export function billOf({ imagesPerMinute, kinds }: Scenario, figures: MeasuredFigures): Bill {
  const card = officialPriceCards.find(({ models }) => models.includes(MODEL))!
  const tokensPerHour = imagesPerMinute * 60 * meanOf(kinds, tokensOf)
  const dollars = (nanos: bigint | null) => (tokensPerHour * Number(nanos)) / NANOS_A_DOLLAR
  const bytesPerMinute = imagesPerMinute * meanOf(kinds, ({ mebibytes }) => mebibytes) * 2 ** 20
  return {
    perHourUsd: dollars(card.rates.image_out),
    perHourBatchUsd: dollars(card.batchRates!.image_out),
    pictureTerabytesPerDay: (bytesPerMinute * MINUTES_A_DAY) / 1e12,
    databaseGigabytesPerDay: (imagesPerMinute * MINUTES_A_DAY * figures.databaseKibOfGeneration * 1024) / 1e9,
    callsAtOnce: (imagesPerMinute / 60) * meanOf(kinds, ({ upstreamS }) => upstreamS),
    upstreamGigabitsPerS: (bytesPerMinute * BASE64 * 8) / 60 / 1e9,
  }
}
