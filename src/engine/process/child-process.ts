import { fork, type ChildProcess } from 'node:child_process';
import type { EngineInfo, LoadOptions } from '../contract/engine';
import type { EngineError } from '../contract/errors';
import { childEnvironment } from './child-environment';
import { crashed, stopped, type EngineProcess, type Launch } from './engine-process';
import { Handshake } from './handshake';
import { BEAT_MS, HEARTBEAT_FD } from './heartbeat';
import type { Answer, ToClient, ToHost } from './protocol';
import { Watchdog, type Patience } from './watchdog';

/** Time that the process is given to leave by itself. */
const LEAVE_MS = 1000;
const STDERR_KEPT = 4000;
const PATIENCE: Patience = { tickMs: BEAT_MS, silentTicks: 30, stuckTicks: 1800 };

/**
 * An engine in a forked child process.
 *
 * @param script the bundle of host.ts
 * @param folder the model bundle's
 * @param patience when a process that has something to do counts as hung, as far as it is not the usual
 */
export function inChildProcess(script: string, folder: string, patience: Partial<Patience> = {}): Launch {
  return (answer) => new ChildEngine(script, folder, answer, { ...PATIENCE, ...patience });
}

class ChildEngine implements EngineProcess {
  readonly gone: Promise<EngineError>;
  readonly #child: ChildProcess;
  readonly #watchdog: Watchdog;
  readonly #handshake: Handshake;
  #leaving = false;
  #stderr = '';
  #hung: EngineError | undefined;

  constructor(
    script: string,
    private readonly folder: string,
    answer: (answer: Answer) => void,
    patience: Patience,
  ) {
    this.#child = fork(script, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'],
      env: childEnvironment(process.env),
      execArgv: [],
    });
    this.#watchdog = new Watchdog(patience, (what) => this.#end(what));
    this.#child.stdio[HEARTBEAT_FD]?.on('data', () => this.#watchdog.heard()).on('error', () => undefined);
    this.#child.stderr
      ?.setEncoding('utf8')
      .on('data', (chunk: string) => (this.#stderr = (this.#stderr + chunk).slice(-STDERR_KEPT)));
    this.#handshake = new Handshake(answer);
    this.gone = new Promise((resolve) => {
      const end = (error: EngineError): void => {
        this.#watchdog.watching = false;
        this.#handshake.gone(error);
        resolve(error);
      };
      this.#child.on('error', (error) => end(crashed(`could not be started: ${error.message}`)));
      this.#child.on('exit', (code, signal) =>
        end(this.#hung ?? stopped(this.#stderr, signal ?? `exit code ${code}`)),
      );
    });
    this.#child.on('message', (message: ToClient) => {
      this.#watchdog.answered();
      this.#handshake.receive(message);
      if (this.#handshake.refused) this.#child.disconnect();
    });
  }

  get wasUnexpected(): boolean {
    return !this.#handshake.refused && !this.#leaving;
  }

  load(options: LoadOptions): Promise<EngineInfo> {
    this.send({ type: 'load', source: this.folder, options });
    this.expected = true;
    return this.#handshake.loaded;
  }

  send(message: ToHost<string>): void {
    if (this.#child.connected) this.#child.send(message);
  }

  get expected(): boolean {
    return this.#watchdog.watching;
  }

  set expected(expected: boolean) {
    this.#watchdog.watching = expected;
  }

  async leave(): Promise<void> {
    this.#leaving = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    // The process leaves by itself when the channel closes; in the midst of a forward it cannot hear that.
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), LEAVE_MS);
    await this.gone;
    clearTimeout(timer);
  }

  #end(what: string): void {
    this.#hung = crashed(`${what} and was ended.`);
    this.#child.kill('SIGKILL');
  }
}
