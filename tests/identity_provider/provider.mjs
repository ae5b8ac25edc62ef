// An OpenID Connect provider on a free port of this machine. Says its issuer on standard output, serves until its input ends.
// POST /rotate-keys: a new signing key in front of the old one, as providers do it. POST /redirects: one more address to which the
// client sample-portal may come back. POST /groups: {"account": [groups]}. All accounts and secrets are samples.
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

const keys = [];
const redirects = [];
const groups = {};
const server = createServer(async (request, response) => {
  if (request.method === 'POST' && request.url === '/rotate-keys') {
    addKey();
    provider = build();
    response.end();
  } else if (request.method === 'POST' && ['/redirects', '/groups'].includes(request.url)) {
    const parts = [];
    for await (const part of request) parts.push(part);
    const said = JSON.parse(Buffer.concat(parts).toString());
    if (request.url === '/groups') Object.assign(groups, said);
    else redirects.push(said);
    if (request.url === '/redirects') provider = build();
    response.end();
  } else {
    provider.callback()(request, response);
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
addKey();
let provider = build();
console.log(issuer);
process.stdin.on('end', () => process.exit(0)).resume();

function addKey() {
  const kid = `sample-${keys.length + 1}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  keys.unshift({ ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' });
}

function build() {
  return new Provider(issuer, {
    jwks: { keys },
    clients: [
      { client_id: 'sample-service', client_secret: 'sample-service-secret', grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
      { client_id: 'sample-portal', client_secret: 'sample-portal-secret', redirect_uris: [`${issuer}/portal/back`, ...redirects] },
      { client_id: 'sample-gateway', client_secret: 'sample-gateway-secret', grant_types: [], redirect_uris: [], response_types: [] },
      { client_id: 'sample-chat', token_endpoint_auth_method: 'none', redirect_uris: [`${issuer}/cb`] },
    ],
    cookies: { keys: ['sample-cookie-key'] },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'], email: ['email', 'email_verified'] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({
        sub: id, name: `Sample ${id}`, preferred_username: id, email: `${id}@sample.example`, email_verified: !id.startsWith('unverified'),
        groups: groups[id] ?? [],
      }),
    }),
    extraTokenClaims: () => ({ groups: ['staff'] }),
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => ({
          scope: 'llm.use', audience: resource, accessTokenTTL: 120, accessTokenFormat: resource.includes('unsigned') ? 'opaque' : 'jwt', jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
}
