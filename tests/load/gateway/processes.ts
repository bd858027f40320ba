import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Listening, RemoteSubgraphs } from './contestants/contestant.js';
import type { ContestantName } from './contestants/contestants.js';
import type { LoadAsked, LoadReply } from './load.js';

/** What a process of the benchmark can be asked, and what it replies. */
interface Questions {
  startSubgraphs: [asked: Record<string, never>, reply: RemoteSubgraphs];
  startContestant: [asked: { readonly name: ContestantName; readonly remote: RemoteSubgraphs }, reply: Listening];
  load: [asked: LoadAsked, reply: LoadReply];
  /** Microseconds of CPU used so far, all threads. */
  cpu: [asked: Record<string, never>, reply: number];
  startProfile: [asked: Record<string, never>, reply: void];
  stopProfile: [asked: { readonly file: string }, reply: void];
}

export type QuestionName = keyof Questions;
export type Asked<Name extends QuestionName> = Questions[Name][0];
export type Reply<Name extends QuestionName> = Questions[Name][1];

export interface Question {
  readonly id: number;
  readonly name: QuestionName;
  readonly asked: unknown;
}

interface Answered {
  readonly id: number;
  readonly reply?: unknown;
  readonly error?: string;
}

export interface BenchProcess {
  ask<Name extends QuestionName>(name: Name, asked: Asked<Name>): Promise<Reply<Name>>;
  stop(): Promise<void>;
}

/** Whether a process can be held to one core here. */
export const canPin = (): boolean =>
  availableParallelism() > 1 && spawnSync('taskset', ['-c', '0', process.execPath, '-e', '0']).status === 0;

/** @param core the one core it may use; null for any */
export function startProcess(file: string, core: number | null): BenchProcess {
  const command = core === null ? [] : ['taskset', '-c', String(core)];
  const [program = process.execPath, ...args] = [...command, process.execPath, '--no-warnings', file];
  const child: ChildProcess = spawn(program, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // eslint-disable-next-line no-restricted-properties -- a child process needs the search path of its parent
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', LANG: 'C.UTF-8' },
  });
  const waiting = new Map<number, { resolve: (reply: never) => void; reject: (error: Error) => void }>();
  let asked = 0;
  child.on('message', ({ id, reply, error }: Answered) => {
    const asker = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asker?.resolve(reply as never);
    else asker?.reject(new Error(error));
  });
  child.once('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`a process of the benchmark ended with ${code}`));
  });
  return {
    ask(name, question) {
      const id = (asked += 1);
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        child.send({ id, name, asked: question } satisfies Question);
      });
    },
    async stop() {
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}
