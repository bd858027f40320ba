/** Where logs have their heads co-signed: `add-checkpoint` of C2SP tlog-witness. */
export const WITNESS_PATH = '/witness/add-checkpoint';
