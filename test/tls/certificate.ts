/**
 * X.509 certificates (RFC 5280) for servers of tests, in DER by hand: no machine needs openssl, and no private key
 * stands in the repository. Keys are P-256, signatures ECDSA with SHA-256, valid from 2020 to 2049.
 */
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

export interface Certified {
  readonly name: string;
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
  readonly privateKey: KeyObject;
}

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const bitString = (content: Uint8Array) => der(0x03, Buffer.from([0]), content);
const yes = Buffer.from([0x01, 0x01, 0xff]);

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
/** CN=name. */
const distinguished = (name: string) =>
  sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))));
const validity = sequence(der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('491231235959Z')));
const critical = (id: string, value: Uint8Array) => sequence(oid(id), yes, der(0x04, value));
const basicConstraints = (ca: boolean) => critical('551d13', ca ? sequence(yes) : sequence());
/** keyCertSign, or digitalSignature. */
const keyUsage = (ca: boolean) => critical('551d0f', der(0x03, Buffer.from(ca ? [2, 0x04] : [7, 0x80])));
const loopback = [der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1]))];
const alternativeNames = (names: readonly Buffer[]) => sequence(oid('551d11'), der(0x04, sequence(...names)));
const pem = (bytes: Buffer) =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;

/** A certificate authority; or, vouched for by `issuer`, a server: on loopback, else of that host name. */
export function certify(name: string, issuer?: Certified, host?: string): Certified {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ca = issuer === undefined;
  const names = host === undefined ? loopback : [der(0x82, Buffer.from(host))];
  const extensions = [basicConstraints(ca), keyUsage(ca), ...(ca ? [] : [alternativeNames(names)])];
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)]);
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, serial),
    ecdsaWithSha256,
    distinguished(issuer?.name ?? name),
    validity,
    distinguished(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', content, issuer?.privateKey ?? privateKey);
  return {
    ...{ name, privateKey },
    certificate: pem(sequence(content, ecdsaWithSha256, bitString(signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}
