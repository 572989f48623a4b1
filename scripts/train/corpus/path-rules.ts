import picomatch from 'picomatch';

/** Dependencies, build output, generated code and data: not text that someone wrote by hand. */
const MACHINE_MADE = [
  /(^|\/)(node_modules|bower_components|jspm_packages|\.git|\.hg|\.svn)\//,
  /[.-]min\.(js|css|mjs|cjs|html)$/,
  /\.map$/,
  /\.(umd|iife|bundle|prod|production|slim)(\.[a-z]+)*\.(js|mjs|cjs)$/,
  /(^|\/)__snapshots__\//,
  /\.snap$/,
  /(^|\/)(package-lock|npm-shrinkwrap|composer\.lock|Cargo\.lock|yarn\.lock|pnpm-lock)/,
  /[._-](generated|gen|pb|g)\.(ts|js|go|rs|py|java|h|cc|cpp|c)$/i,
  /_pb2(_grpc)?\.pyi?$/,
  /(^|\/)zz_generated/,
  /(^|\/)(golden|goldens|testdata\/.*golden)\//,
  /(^|\/)[^/]*(emoji|unicode|iconset|icons?-data|mime-?db|entities)[^/]*\.(json|js|ts|mjs)$/i,
];

/** Texts that packages carry by the hundred: translations, change logs, licences. */
const REPETITIVE = [
  /(^|\/)(locales?|i18n|l10n|lang|langs|languages\/i18n|nls|translations?|cldr|messages)\//i,
  /messagebundle/i,
  /(^|\/)(CHANGELOG|CHANGES|HISTORY|NEWS|AUTHORS|CONTRIBUTORS|THIRD[-_ ]?PARTY|LICEN[CS]E|COPYING|NOTICE|PATENTS)[^/]*$/i,
];

const SECRETS = picomatch(
  [
    '{.env,.env.*,*.env,.envrc}',
    '*.{pem,key,p12,pfx,jks,keystore,kdbx,ppk,asc,gpg}',
    'id_{rsa,dsa,ecdsa,ed25519}*',
    '{.npmrc,.netrc,_netrc,.pypirc,.htpasswd,.git-credentials,.pgpass}',
    '*{credential,credentials,secret,secrets,passwd,password,passwords}*.{json,yml,yaml,toml,txt,ini,sql,sh}',
  ],
  { dot: true, nocase: true },
);
const SECRET_FOLDERS = new Set(['.ssh', '.gnupg', '.aws', '.azure', '.kube', '.docker']);

/** Tells if a file's path says that no one wrote it by hand. */
export function isMachineMade(path: string): boolean {
  return MACHINE_MADE.some((rule) => rule.test(path));
}

/** Tells if a package's file is of a kind that repeats from package to package. */
export function isRepetitive(path: string): boolean {
  return REPETITIVE.some((rule) => rule.test(path));
}

/** Tells if a file of the user's may hold credentials; no such file is opened. */
export function mayHoldSecrets(path: string): boolean {
  const segments = path.split('/');
  return SECRETS(segments.at(-1)!) || segments.some((segment) => SECRET_FOLDERS.has(segment.toLowerCase()));
}

/** Matches a path against any of the globs; no glob, no match. Names that begin with a dot are names like others. */
export function matcher(globs: readonly string[]): (path: string) => boolean {
  return globs.length > 0 ? picomatch([...globs], { dot: true, noext: true }) : () => false;
}
