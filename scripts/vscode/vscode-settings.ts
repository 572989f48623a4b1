/** A quiet, repeatable VS Code: no network, no advice, no assistant but ours. */
export const QUIET_SETTINGS: Readonly<Record<string, unknown>> = {
  'chat.agentHost.enabled': false,
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.simpleDialog.enable': true,
  'git.openRepositoryInParentFolders': 'never',
  'js/ts.tsserver.automaticTypeAcquisition.enabled': false,
  'npm.fetchOnlinePackageInfo': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.confirmBeforeClose': 'never',
  'workbench.editor.languageDetection': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.settings.enableNaturalLanguageSearch': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
};

/** A VS Code that draws and computes no more than tests look at; most of their processor time is its window's. */
export const STILL_SETTINGS: Readonly<Record<string, unknown>> = {
  'editor.cursorBlinking': 'solid',
  // The symbols of open files, which fills ask for, without what follows from types.
  'js/ts.tsserver.useSyntaxServer': 'always',
  'workbench.reduceMotion': 'on',
};
