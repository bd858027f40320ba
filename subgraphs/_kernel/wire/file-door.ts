import type { IncomingMessage, ServerResponse } from 'node:http';

/** Below it the gateway serves links to files, where they are kept on its own machine. */
export const FILES_PATH = '/files';

export interface FileAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Writes the bytes once the head is sent; `body` is empty then. */
  readonly stream?: (response: ServerResponse) => Promise<void>;
}

/** Answers whoever follows a link to a file: who has the link may, until it expires. */
export interface FileDoor {
  answer(message: IncomingMessage): Promise<FileAnswer>;
}
