import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, type ButtonProps } from './button.tsx'
import { useToast } from './toast.tsx'

/** Puts a text on the clipboard and says so. Where the browser does not let it, it says that. */
export function CopyButton({ text, children, ...rest }: Omit<ButtonProps, 'onClick'> & { text: string }) {
  const { t } = useTranslation('ui')
  const say = useToast()
  const [isBusy, setBusy] = useState(false)
  const copy = async () => {
    setBusy(true)
    // Browsers keep the clipboard to secure origins.
    const isCopied = await Promise.resolve(navigator.clipboard?.writeText(text)).then(
      () => navigator.clipboard !== undefined,
      () => false,
    )
    setBusy(false)
    say(t(isCopied ? 'copied' : 'not_copied'), isCopied ? 'good' : 'bad')
  }
  return (
    <Button size="small" {...rest} busy={isBusy} onClick={() => void copy()}>
      {children ?? t('copy')}
    </Button>
  )
}
