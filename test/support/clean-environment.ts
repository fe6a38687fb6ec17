// No test may reach a real account or another data folder because a developer's shell happens to hold a key.
for (const name of Object.keys(process.env)) {
  if (/^(OPENAI|DARKROOM|AZURE|S3|AWS|LAOZHANG|APIFRAME)_/.test(name) || ['DATABASE_URL', 'PORT', 'HOST', 'NODE_ENV'].includes(name))
    delete process.env[name]
}
for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'ALL_PROXY']) delete process.env[name]
