import type { ServerEnd, ServerHooks } from './client.ts';
import { EngineError } from './errors.ts';
import { probeServer, type ProbeTarget } from './probe/index.ts';
import { askSmuxVersion, type VersionQuestion } from './probe/smux-version.ts';
import type { EngineContext } from './session/context.ts';
import { SmuxLearner } from './session/smux-learner.ts';
import type { Session } from './session/types.ts';
import type { SmuxVersion } from './smux/frame.ts';
import type { Network } from './transport/network.ts';

/** Asks a server until its heartbeat has told its smux version. */
async function heartbeatVersion(target: ProbeTarget, stop: AbortSignal): Promise<SmuxVersion | undefined> {
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

/** The quick way, and where that does not tell, the slow one. */
async function askVersion(
  target: ProbeTarget,
  question: VersionQuestion,
  stop: AbortSignal,
): Promise<SmuxVersion | undefined> {
  try {
    const version = await askSmuxVersion(target.remote, question, stop);
    if (version || stop.aborted) return version;
  } catch (cause) {
    if (cause instanceof EngineError) return undefined;
    throw cause;
  }
  return heartbeatVersion(target, stop);
}

/**
 * For `smuxver auto`: what a way to a server does beside dialling.
 * @param remote the server as configured
 * @param known the version that was learned before
 */
export function learnSmux(
  remote: string,
  target: ProbeTarget,
  { context, network, dial }: { context: EngineContext; network: Network; dial: () => Promise<Session> },
  known: SmuxVersion | undefined,
): Pick<ServerEnd, 'dial' | 'doubtful' | 'ended' | 'learned' | 'start' | 'stop'> {
  let hooks: ServerHooks | undefined;
  const learner = new SmuxLearner({
    world: context.world,
    known,
    settings: context.smux,
    ask: (signal) => askVersion(target, { ...context, network }, signal),
    learned: (version, changed) => {
      hooks?.emit({ kind: 'note', text: `smux version: ${version}, learned from ${remote}` });
      if (changed) hooks?.redial();
    },
  });
  return {
    dial: async () => {
      await learner.dialling();
      return dial();
    },
    doubtful: (session) => learner.doubtful(session),
    ended: (session, error) => learner.ended(session, error),
    learned: () => (learner.known ? { [remote]: learner.known } : {}),
    start: async (given) => void (hooks = given),
    stop: () => learner.stop(),
  };
}
