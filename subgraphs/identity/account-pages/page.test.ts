import { describe, expect, it } from '@jest/globals';
import { NOTHING_CHOSEN } from '../../_kernel/branding/brand.js';
import { html } from './html.js';
import { rendered, type Brand } from './page.js';

const PLAIN: Brand = { ...NOTHING_CHOSEN, name: 'Acme', accentColor: '#3451B2' };
const page = { title: 'Sign in', body: html`<p>Hello</p>` };
const policyOf = (brand: Brand): string => rendered(page, brand).headers['content-security-policy'] ?? '';

describe('a page of a company', () => {
  it('shows no picture and no link where it has chosen none', () => {
    const { body } = rendered(page, PLAIN);
    expect(body).not.toContain('<img');
    expect(body).not.toContain('class="links"');
    expect(policyOf(PLAIN)).not.toContain('img-src');
  });

  it('shows its logo, from there and nowhere else, and whom to ask', () => {
    const brand = {
      ...PLAIN,
      logoUrl: 'https://cdn.acme.example/l.svg?a="><script>',
      supportEmail: 'help@acme.example',
      privacyUrl: 'https://acme.example/privacy',
    };
    const { body } = rendered(page, brand);
    expect(body).toContain('<img class="logo" src="https://cdn.acme.example/l.svg?a=&quot;&gt;&lt;script&gt;" alt="Acme"');
    expect(body).toContain('<a href="mailto:help@acme.example">Help</a> · <a href="https://acme.example/privacy">Privacy</a>');
    expect(policyOf(brand)).toContain('img-src https://cdn.acme.example;');
  });

  it('wears its colours in light and in dark, and only such as are colours', () => {
    const chosen = rendered(page, { ...PLAIN, backgroundColor: '#FFFDE7', textColor: '#212121' }).body;
    expect(chosen).toContain('--page:#FFFDE7;--card:#FFFDE7;--text:#212121');
    const hostile = rendered(page, { ...PLAIN, accentColor: 'red}', backgroundColor: '}*{', textColor: '#212121' }).body;
    expect(hostile).toContain('--accent:#3451B2');
    expect(hostile).not.toContain('}*{');
  });
});
