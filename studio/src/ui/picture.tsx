import type { ComponentProps } from 'react'
import { classes } from './classes.ts'
import styles from './picture.module.css'

/** A picture of the gateway. Whoever shows one says what is on it, or with an empty text that what stands beside it does. */
export function Picture({ alt, className, ...rest }: ComponentProps<'img'> & { alt: string; src: string }) {
  return <img loading="lazy" decoding="async" {...rest} alt={alt} className={classes(styles['picture'], className)} />
}
