// A sign-in service for the tests: the certified oidc-provider, with one client. Arguments: port, client, secret, where to come back.
import Provider from 'oidc-provider'

const [port, clientId, clientSecret, comeBackTo] = process.argv.slice(2)
const issuer = `http://127.0.0.1:${port}`

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [comeBackTo],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  pkce: { required: () => true },
  cookies: { keys: ['only for tests'] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: `Khách ${id}`,
      email: `${id}@example.vn`,
      email_verified: !id.startsWith('unverified'),
    }),
  }),
})

provider.listen(Number(port), '127.0.0.1', () => console.log('ready'))
