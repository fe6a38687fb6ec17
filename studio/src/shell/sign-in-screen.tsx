import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { type FormEvent, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { AuthenticationError, type api } from '#sdk'
import { darkroom } from '../api/darkroom.ts'
import { sessionQuery } from '../api/session.ts'
import { Button } from '../ui/button.tsx'
import { ErrorPanel } from '../ui/error-panel.tsx'
import { TextField } from '../ui/field.tsx'
import { Spinner } from '../ui/spinner.tsx'
import { PreferenceFields } from './preference-fields.tsx'
import styles from './sign-in.module.css'
import { takeCode } from './sign-in-code.ts'

const signInRoute = getRouteApi('/sign-in')

/** A key or the admin token opens the studio; so does the link that start-up prints, once. */
export function SignInScreen() {
  const { t } = useTranslation()
  const { ended = false } = signInRoute.useSearch()
  const { sign_in: standing } = useSuspenseQuery(sessionQuery).data
  return (
    <main id="main" className={styles['place']}>
      <title>{`${t('sign_in.title')} · Darkroom`}</title>
      <div className={styles['card']}>
        <p className={styles['name']}>Darkroom</p>
        <h1>{t('sign_in.title')}</h1>
        {ended && (
          <p role="status" className={styles['note']}>
            {t('sign_in.ended')}
          </p>
        )}
        {standing === 'needs_https' ? <p className={styles['note']}>{t('sign_in.needs_https')}</p> : <SignInForm />}
      </div>
      <div className={styles['preferences']}>
        <PreferenceFields />
      </div>
    </main>
  )
}

function SignInForm() {
  const { t } = useTranslation()
  const [key, setKey] = useState('')
  const signIn = useSignIn()
  const { mutate } = signIn
  useEffect(() => {
    const code = takeCode()
    if (code !== null) mutate({ code })
  }, [mutate])

  const isByCode = signIn.variables !== undefined && 'code' in signIn.variables
  if (signIn.isPending && isByCode) return <Spinner label={t('sign_in.by_link')} />
  const isWrong = signIn.error instanceof AuthenticationError
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (key.trim() !== '') mutate({ key: key.trim() })
  }
  return (
    <form onSubmit={submit} className={styles['form']}>
      <TextField
        label={t('sign_in.key')}
        hint={t('sign_in.where')}
        error={isWrong && t(isByCode ? 'sign_in.used_link' : 'sign_in.wrong')}
        type="password"
        name="key"
        autoComplete="current-password"
        spellCheck={false}
        required
        value={key}
        onChange={(event) => setKey(event.target.value)}
      />
      {signIn.isError && !isWrong && <ErrorPanel error={signIn.error} />}
      <Button type="submit" tone="primary" busy={signIn.isPending}>
        {t('sign_in.submit')}
      </Button>
    </form>
  )
}

function useSignIn() {
  const router = useRouter()
  const queryClient = useQueryClient()
  const { next = '/make' } = signInRoute.useSearch()
  return useMutation({
    mutationFn: (wish: api.SignIn) => darkroom.session.signIn(wish),
    onSuccess: (session) => {
      queryClient.clear()
      queryClient.setQueryData(sessionQuery.queryKey, { session, sign_in: 'allowed' })
      router.history.replace(next)
    },
  })
}
