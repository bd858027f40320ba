/** What a company with branding of its own has chosen beside its colour; null wherever it has chosen nothing. */
export interface ChosenBrand {
  readonly displayName: string | null;
  readonly logoUrl: string | null;
  /** As `#RRGGBB`, and the next to be read on it; both or neither. */
  readonly backgroundColor: string | null;
  readonly textColor: string | null;
  readonly supportEmail: string | null;
  readonly termsUrl: string | null;
  readonly privacyUrl: string | null;
  readonly imprintUrl: string | null;
  /** In whose name its mails are sent. */
  readonly mailSenderName: string | null;
}

export const NOTHING_CHOSEN: ChosenBrand = {
  displayName: null,
  logoUrl: null,
  backgroundColor: null,
  textColor: null,
  supportEmail: null,
  termsUrl: null,
  privacyUrl: null,
  imprintUrl: null,
  mailSenderName: null,
};

/** What of it is shown: nothing any more once the company may not. */
export const shownBrand = (mayBrand: boolean, chosen: ChosenBrand | null): ChosenBrand =>
  chosen && mayBrand ? { ...NOTHING_CHOSEN, ...chosen } : NOTHING_CHOSEN;

/** The pages that law asks a company to show, by what they are called; those it has. */
export const legalLinksOf = ({ termsUrl, privacyUrl, imprintUrl }: Pick<ChosenBrand, 'termsUrl' | 'privacyUrl' | 'imprintUrl'>) =>
  [
    { label: 'Terms', url: termsUrl },
    { label: 'Privacy', url: privacyUrl },
    { label: 'Imprint', url: imprintUrl },
  ].filter((link): link is { readonly label: string; readonly url: string } => link.url !== null);
