import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Stands in for the SDK's default credential chain in the bundle (see projenrc/lambda-bundle.ts): Lambda puts its role's
 * credentials in the environment, so the other providers would only cost size and load time.
 */
export const defaultProvider = fromEnv;
