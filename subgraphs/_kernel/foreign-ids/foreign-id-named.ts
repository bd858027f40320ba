/** Somebody asked for something by an id that another company has. It stands in the platform's log, never in a company's. */
export interface ForeignIdNamed {
  /** Global id that was asked for. */
  readonly id: string;
  /** UUIDs of the companies in which it was asked for, and whose it is. */
  readonly askedIn: string;
  readonly heldBy: string;
  /** Id of who asked; null for nobody who is known. */
  readonly askedBy: string | null;
}

export interface ForeignIdEvents {
  'kernel.foreign_id_named': ForeignIdNamed;
}
