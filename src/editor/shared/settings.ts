import * as vscode from 'vscode';
import type { ProviderName, ReverseProcessOptions } from '../../engine/index';

/** The settings that decide which engine is loaded; a change of them needs a restart. */
export interface ModelSettings {
  /** A bundle's folder; empty for the bundled model. */
  readonly path: string;
  readonly provider: ProviderName | 'auto';
}

/** Where fills come from. */
export interface EngineSettings extends ModelSettings {
  /** Address of a team's server, which then fills instead; empty for none. */
  readonly server: string;
}

export interface FillSettings {
  readonly options: ReverseProcessOptions;
  /** Most tokens a hole of unknown length may get. */
  readonly maxTokens: number;
}

/** When inline completions come by themselves, and which are offered. */
export interface CompletionSettings {
  readonly enabled: boolean;
  /** Language id → on or off; `*` stands for the others. */
  readonly languages: Readonly<Record<string, boolean>>;
  /** Globs of files without automatic completions. */
  readonly exclude: readonly string[];
  /** Chance that a completion is right below which an automatic one is not offered, 0–1. */
  readonly leastConfidence: number;
  /** Characters besides brackets and marks that one must have to come by itself. */
  readonly leastCharacters: number;
  /** Milliseconds without a key before one comes by itself; undefined: by the user's rhythm. */
  readonly idleMs: number | undefined;
  /** How many are offered to cycle through when the user asks, 1–8. */
  readonly candidates: number;
}

/** The parts of other files that stand in front of the text that the model reads. */
export interface ContextSettings {
  /** The most similar passage of the other open tabs. */
  readonly openTabs: boolean;
  /** Declarations of the names near the hole. */
  readonly definitions: boolean;
}

const SECTION = 'llada';
const INLINE_COMPLETIONS = 'inlineCompletions.enabled';
const SUGGESTION_MODEL = 'inlineCompletions.model';

export function modelSettings(): EngineSettings {
  const settings = vscode.workspace.getConfiguration(SECTION);
  return {
    path: settings.get<string>('model.path', '').trim(),
    provider: settings.get<ProviderName | 'auto'>('provider', 'auto'),
    server: settings.get<string>('server.url', '').trim(),
  };
}

/** A word for the model of the extension, where a setting left empty means another one. */
const BUNDLED = 'bundled';

/** The same for suggestions, whose model may be another one. */
export function suggestionModelSettings(): EngineSettings {
  const settings = modelSettings();
  const own = vscode.workspace.getConfiguration(SECTION).get<string>(SUGGESTION_MODEL, '').trim();
  if (own === '') return settings;
  return { ...settings, path: own === BUNDLED ? '' : own };
}

/** As the user has set them: the engine checks them and says which one is wrong. */
export function fillSettings(scope: vscode.ConfigurationScope): FillSettings {
  const settings = vscode.workspace.getConfiguration(SECTION, scope);
  const steps = settings.get<number>('steps', 0);
  return {
    options: {
      sampling: settings.get<'greedy' | 'multinomial'>('sampling', 'greedy'),
      temperature: settings.get<number>('temperature', 1),
      threshold: settings.get<number>('threshold', 0.9),
      seed: settings.get<number>('seed', 0),
      ...(steps === 0 ? {} : { steps }),
    },
    maxTokens: settings.get<number>('maxTokens', 64),
  };
}

export function inlineCompletionsEnabled(scope?: vscode.ConfigurationScope): boolean {
  return vscode.workspace.getConfiguration(SECTION, scope).get<boolean>(INLINE_COMPLETIONS, true);
}

export function completionSettings(scope: vscode.ConfigurationScope): CompletionSettings {
  const settings = vscode.workspace.getConfiguration(`${SECTION}.inlineCompletions`, scope);
  return {
    enabled: settings.get<boolean>('enabled', true),
    languages: settings.get<Record<string, boolean>>('languages', {}),
    exclude: settings.get<string[]>('exclude', []),
    leastConfidence: settings.get<number>('leastConfidence', 0),
    leastCharacters: settings.get<number>('leastCharacters', 2),
    idleMs: settings.get<number>('idleTime', 0) || undefined,
    candidates: settings.get<number>('candidates', 1),
  };
}

export function nextEditEnabled(scope: vscode.ConfigurationScope): boolean {
  return vscode.workspace.getConfiguration(SECTION, scope).get<boolean>('nextEdit.enabled', true);
}

/** The model may be asked for what no rule knows, by itself. */
export function nextEditAsksModel(scope: vscode.ConfigurationScope): boolean {
  return vscode.workspace.getConfiguration(SECTION, scope).get<boolean>('nextEdit.model', true);
}

export function resultBarEnabled(): boolean {
  return vscode.workspace.getConfiguration(SECTION).get<boolean>('resultBar.enabled', true);
}

/** Reads which parts of other files the model is shown. */
export function contextSettings(scope: vscode.ConfigurationScope): ContextSettings {
  const settings = vscode.workspace.getConfiguration(`${SECTION}.context`, scope);
  return {
    openTabs: settings.get<boolean>('openTabs', false),
    definitions: settings.get<boolean>('definitions', false),
  };
}

/** For all windows of this machine. */
export async function setModelPath(path: string): Promise<void> {
  await vscode.workspace.getConfiguration(SECTION).update('model.path', path || undefined, true);
}

/**
 * For all windows of this machine.
 *
 * @param path empty for the model of the extension; undefined for the one that commands have
 */
export async function setSuggestionModel(path: string | undefined): Promise<void> {
  const value = path === '' ? BUNDLED : path;
  await vscode.workspace.getConfiguration(SECTION).update(SUGGESTION_MODEL, value, true);
}

/** True when suggestions are set to have a model of their own. */
export function hasSuggestionModel(): boolean {
  return vscode.workspace.getConfiguration(SECTION).get<string>(SUGGESTION_MODEL, '').trim() !== '';
}

/** For all windows of this machine. */
export async function setProvider(provider: ProviderName | 'auto'): Promise<void> {
  const value = provider === 'auto' ? undefined : provider;
  await vscode.workspace.getConfiguration(SECTION).update('provider', value, true);
}

/** Turns inline completions on or off where the user has set it, for all windows where not. */
export async function toggleInlineCompletions(): Promise<boolean> {
  const settings = vscode.workspace.getConfiguration(SECTION);
  const enabled = !inlineCompletionsEnabled();
  const inWorkspace = settings.inspect<boolean>(INLINE_COMPLETIONS)?.workspaceValue !== undefined;
  await settings.update(
    INLINE_COMPLETIONS,
    enabled,
    inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global,
  );
  return enabled;
}

/** Calls back when another engine is to be loaded; not for what a workspace says, which does not count here. */
export function onDidChangeModelSettings(listener: () => void): vscode.Disposable {
  const present = (): string => JSON.stringify([modelSettings(), suggestionModelSettings().path]);
  let known = present();
  return vscode.workspace.onDidChangeConfiguration(() => {
    if (present() === known) return;
    known = present();
    listener();
  });
}

export function affectsInlineCompletions(event: vscode.ConfigurationChangeEvent): boolean {
  return event.affectsConfiguration(`${SECTION}.inlineCompletions`);
}
