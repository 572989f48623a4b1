import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { bareName, clientOf } from './client';
import { runCommand } from './command';
import type { Source } from './manifest';

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

/** Maven's dependency plugin, which copies the sources jars that a project of nothing else names. */
export const MAVEN = clientOf({
  about: 'Java sources jars',
  missing: () => (spawnSync('mvn', ['--version'], { stdio: 'ignore' }).status === 0 ? [] : ['mvn (Maven)']),
  fileOf: jarFile,
  run: runMaven,
  program: 'mvn',
  advice: 'Check the network and the mirrors in Maven\'s settings ("mvn help:effective-settings")',
});

/** As the plugin names it when it puts the group before the artifact: artifacts of two groups may be called the same. */
function jarFile(source: Source): string {
  return `${bareName(source).replace(':', '.')}-${source.version}-sources.jar`;
}

async function runMaven(
  sources: readonly Source[],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  fs.writeFileSync(path.join(folder, 'pom.xml'), project(sources));
  const options = ['-B', '-q', `-DoutputDirectory=${folder}`, '-Dmdep.prependGroupId=true'];
  const { code, said } = await runCommand('mvn', [...options, `${PLUGIN}:copy`], {
    cwd: folder,
    signal,
    complainsOn: 'stdout',
  });
  return code === 0 ? undefined : said || `mvn ended with exit code ${String(code)}`;
}

function project(sources: readonly Source[]): string {
  const items = sources.map((source) => {
    const [group, artifact] = bareName(source).split(':');
    return (
      `<artifactItem><groupId>${group}</groupId><artifactId>${artifact}</artifactId>` +
      `<version>${source.version}</version><classifier>sources</classifier></artifactItem>`
    );
  });
  const [groupId, artifactId, version] = PLUGIN.split(':');
  return (
    `<project><modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>corpus</artifactId>` +
    `<version>1</version><packaging>pom</packaging><build><plugins><plugin><groupId>${groupId}</groupId>` +
    `<artifactId>${artifactId}</artifactId><version>${version}</version><configuration><artifactItems>` +
    `${items.join('')}</artifactItems></configuration></plugin></plugins></build></project>\n`
  );
}
