import { Counter, Gauge, type Registry } from 'prom-client'

/** What a sweep found and did. */
export interface RetentionSweep {
  /** Pictures and inputs whose time was over. */
  expired: number
  /** Objects that nobody referred to, and their bytes. */
  objects: number
  bytes: number
}

/** What is deleted, and what waits to be. */
export interface RetentionMetrics {
  /** A sweep ended. */
  retention(sweep: RetentionSweep): void
  /** What is due now. */
  imagesDue(due: { images: number; oldestSeconds: number }): void
}

/** Makes these metrics. */
export function watchRetention(registers: Registry[]): RetentionMetrics {
  const counter = (name: string, help: string) => new Counter({ name, help, registers })
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
  const expired = counter('darkroom_retention_expired_total', 'Pictures and inputs deleted since start because their time was over.')
  const objects = counter('darkroom_objects_removed_total', 'Stored objects removed since start because nobody referred to them.')
  const bytes = counter('darkroom_object_bytes_removed_total', 'Their bytes.')
  const due = gauge('darkroom_images_due', 'Pictures whose time is over, held ones left out.')
  const oldest = gauge('darkroom_images_oldest_due_seconds', 'How long the longest overdue of them has been so.')
  return {
    retention(sweep) {
      expired.inc(sweep.expired)
      objects.inc(sweep.objects)
      bytes.inc(sweep.bytes)
    },
    imagesDue({ images, oldestSeconds }) {
      due.set(images)
      oldest.set(oldestSeconds)
    },
  }
}
