// Tokens as attackers and careless callers write them. They are made by hand,
// since a library would refuse to.
import { createHmac, generateKeyPairSync, sign as signRSA } from 'node:crypto';

const part = (v) => Buffer.from(JSON.stringify(v)).toString('base64url');

// forge writes a token. Its signature is right for the header's alg unless
// another one is given.
export function forge(key, claims, { header = {}, secret = key.secret, signature } = {}) {
  const head = { alg: 'HS256', typ: 'JWT', kid: key._id, ...header };
  const body = `${part(head)}.${part(claims)}`;
  return `${body}.${signature ?? seal(head.alg, secret, body)}`;
}

function seal(alg, secret, body) {
  const [, kind, bits] = /^(HS|RS)(\d+)$/i.exec(alg) ?? [];
  if (kind === 'HS') return createHmac(`sha${bits}`, secret).update(body).digest('base64url');
  if (kind === 'RS') return signRSA(`sha${bits}`, Buffer.from(body), rsa.privateKey).toString('base64url');
  return '';
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

// publicPEM is the text that a confused verifier takes for an HMAC secret.
export const publicPEM = rsa.publicKey.export({ type: 'spki', format: 'pem' });
