const LOOK_EVERY_MS = 1_000;

/**
 * Runs once when the process is asked to end: by Ctrl-C, by SIGTERM, or because the `npm start` that launched it is
 * gone (killed with -9, it can tell nobody). A second Ctrl-C does not wait.
 */
export function onEnd(close: () => Promise<void>): void {
  let ending = false;
  const end = (): void => {
    if (ending) process.exit(130);
    ending = true;
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  if (process.env.npm_lifecycle_event === 'start') endWithLauncher(end);
}

function endWithLauncher(end: () => void): void {
  const launcher = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === launcher) return;
    clearInterval(look);
    end();
  }, LOOK_EVERY_MS);
  look.unref();
}
