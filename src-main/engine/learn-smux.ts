import type { ServerEnd, ServerHooks } from './client.ts';
import { EngineError } from './errors.ts';
import { probeServer, type ProbeTarget } from './probe/index.ts';
import type { World } from './runtime/world.ts';
import type { EngineContext } from './session/context.ts';
import { SmuxLearner } from './session/smux-learner.ts';
import type { Session } from './session/types.ts';
import type { SmuxVersion } from './smux/frame.ts';

/** Asks a server until it has told its smux version. */
async function askVersion(target: ProbeTarget, stop: AbortSignal): Promise<SmuxVersion | undefined> {
  const told = new AbortController();
  const end = (): void => told.abort();
  stop.addEventListener('abort', end);
  if (stop.aborted) end();
  try {
    const { found } = await probeServer(
      { ...target, depth: 'all' },
      { signal: told.signal, onProgress: ({ report }) => report.found.smuxver && end() },
    );
    return found.smuxver;
  } catch (cause) {
    if (cause instanceof EngineError) return undefined;
    throw cause;
  } finally {
    stop.removeEventListener('abort', end);
  }
}

/**
 * For `smuxver auto`: what a way to a server does beside dialling.
 * @param remote the server as configured
 * @param known the version that was learned before
 */
export function learnSmux(
  remote: string,
  target: ProbeTarget,
  { context, world, dial }: { context: EngineContext; world: World; dial: () => Promise<Session> },
  known: SmuxVersion | undefined,
): Pick<ServerEnd, 'dial' | 'doubtful' | 'ended' | 'learned' | 'start' | 'stop'> {
  let hooks: ServerHooks | undefined;
  const learner = new SmuxLearner({
    world,
    known,
    settings: context.smux,
    ask: (signal) => askVersion(target, signal),
    learned: (version, changed) => {
      hooks?.emit({ kind: 'note', text: `smux version: ${version}, learned from ${remote}` });
      if (changed) hooks?.redial();
    },
  });
  return {
    dial: () => {
      learner.dialling();
      return dial();
    },
    doubtful: (session) => learner.doubtful(session),
    ended: (session, error) => learner.ended(session, error),
    learned: () => (learner.known ? { [remote]: learner.known } : {}),
    start: async (given) => void (hooks = given),
    stop: () => learner.stop(),
  };
}
