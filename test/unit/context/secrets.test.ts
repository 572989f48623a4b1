import assert from 'node:assert/strict';
import { holdsSecret, looksSecret } from '../../../src/context/secrets';

const SECRET = [
  '.env',
  'a/.env.local',
  'prod.env',
  'env.production',
  '.envrc',
  'b/key.pem',
  'service-account.json',
  'gcp/serviceAccountKey.json',
  'my-app-firebase-adminsdk-ab1c2.json',
  'application_default_credentials.json',
  'kubeconfig',
  'kube-config.yaml',
  'staging.kubeconfig',
  '/home/me/.ssh/config',
  '/home/me/.kube/config',
  '/home/me/.docker/config.json',
  'k8s/secrets/db.yaml',
  'id_rsa',
  'id_ed25519.pub',
  'db-passwords.txt',
  'C:\\x\\.npmrc',
  'prod.tfvars',
  'terraform.tfstate.backup',
  'client_secret.json',
  'client_secret_123.json',
  'api-key.txt',
  'private_keys.json',
  'appsettings.Production.json',
  'AuthKey_AB12.p8',
];
const OPEN = [
  'src/cart.ts',
  'environment.ts',
  'src/env.ts',
  'vite-env.d.ts',
  'tokenizer.ts',
  'monkey.js',
  'keyboard.ts',
  'README.md',
  'docker/Dockerfile',
  'src/services/account.ts',
  'config.json',
];

describe('files that look like secrets', () => {
  it('are known by their names and folders', () => {
    for (const path of SECRET) assert.equal(looksSecret(path), true, path);
    for (const path of OPEN) assert.equal(looksSecret(path), false, path);
  });

  it('are known by the beginning of a key in their text', () => {
    assert.equal(holdsSecret('x\n-----BEGIN RSA PRIVATE KEY-----\nMII'), true);
    assert.equal(holdsSecret('-----BEGIN PRIVATE KEY-----'), true);
    assert.equal(holdsSecret('-----BEGIN CERTIFICATE-----'), false);
    assert.equal(holdsSecret('key = privateKey;'), false);
  });
});
