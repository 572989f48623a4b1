/** Files that hold keys, passwords and the like, by their names in lower case. */
const SECRET_FILES = [
  // Environments: .env, .env.local, prod.env, env.production, .envrc; not env.ts.
  /^\.env(?:\..*)?$/,
  /^(?:.*\.)?env$/,
  /^env\.(?:local|dev\w*|test\w*|stag\w*|prod\w*|json|ya?ml|txt|sh|ps1|bat)$/,
  /^\.?envrc(?:\..*)?$/,
  // Keys, certificates with keys, vaults, states of infrastructure.
  /\.(?:pem|key|p8|p12|pfx|ppk|jks|keystore|kdbx?|asc|gpg|age|ovpn|mobileprovision|tfvars|tfstate)(?:\.(?:json|backup|bak|old))?$/,
  /^id_(?:rsa|dsa|ecdsa|ed25519)/,
  // Configurations of clients that hold their passwords.
  /^[._](?:netrc|npmrc|yarnrc|yarnrc\.yml|pypirc|pgpass|git-credentials|htpasswd|dockercfg|s3cfg|boto|my\.cnf|mylogin\.cnf|vault-token|vault_pass.*)$/,
  /^(?:htpasswd|shadow|pg_service\.conf|wp-config\.php|local\.settings\.json|appsettings\.(?:production|prod|staging)\.json)$/,
  /kube_?-?config|\.kubeconfig$|^kube\.conf/,
  // Accounts and keys of services.
  /service[-_.]?account|adminsdk|application_default_credentials/,
  /(?:api|private|access|master|signing|encryption)[-_.]?keys?(?:\b|_)/,
  /(?:secret|credential|password|passwd|token)s?(?:\b|_)/,
];
/** Folders all of whose files are such. */
const SECRET_FOLDERS = /^\.(?:ssh|aws|azure|gcloud|gnupg|kube|docker|vault|secrets?)$|^secrets?$/;
/** How the text of a private key begins, and those of well-known tokens, whatever the file is called. */
const SECRET_TEXT =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}|\bxox[abprs]-[A-Za-z0-9-]{10}/;

/**
 * Tells if a file is likely to hold secrets, by its name or its folder's. Its text never becomes context of another file.
 *
 * @param path with slashes of either kind
 */
export function looksSecret(path: string): boolean {
  const segments = path.toLowerCase().split(/[\\/]/);
  const name = segments.at(-1)!;
  return (
    SECRET_FILES.some((pattern) => pattern.test(name)) ||
    segments.slice(0, -1).some((folder) => SECRET_FOLDERS.test(folder))
  );
}

/** Tells if a text holds a private key or a well-known token. */
export function holdsSecret(text: string): boolean {
  return SECRET_TEXT.test(text);
}
