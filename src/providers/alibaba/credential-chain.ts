/**
 * Alibaba's default credential chain: environment, OIDC role (RRSA), profiles, ECS role. The library brings eleven
 * packages, so it is loaded only where an account asks for it; it renews temporary credentials by itself.
 */
import type { AlibabaCredentials } from '../signing.ts';

export async function credentialChain(): Promise<() => Promise<AlibabaCredentials>> {
  const { DefaultCredentialsProvider } = await import('@alicloud/credentials');
  const chain = DefaultCredentialsProvider.builder().build();
  return async () => {
    const { accessKeyId, accessKeySecret, securityToken } = await chain.getCredentials();
    if (!accessKeyId || !accessKeySecret) throw new Error('the chain gave no access key');
    return { provider: 'alibaba', accessKeyId, accessKeySecret, ...(securityToken && { securityToken }) };
  };
}
