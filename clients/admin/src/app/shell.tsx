import {
  ActionIcon,
  AppShell,
  Avatar,
  Burger,
  Group,
  Menu,
  NavLink,
  ScrollArea,
  Stack,
  Text,
  ThemeIcon,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconBug,
  IconBuilding,
  IconFlag,
  IconGauge,
  IconLifebuoy,
  IconLogout,
  IconMail,
  IconMoon,
  IconShieldCheck,
  IconStack2,
  IconSun,
  IconUrgent,
} from '@tabler/icons-react';
import { useEffect, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { StreamHealthBadge } from '../incidents/stream-health.js';
import type { Admin } from '../session/session.js';

const PAGES = [
  { path: '/overview', label: 'Overview', icon: IconGauge },
  { path: '/auth-ops', label: 'Incidents', icon: IconUrgent },
  { path: '/flags', label: 'Flags', icon: IconFlag },
  { path: '/tickets', label: 'Tickets', icon: IconLifebuoy },
  { path: '/tenants', label: 'Companies', icon: IconBuilding },
  { path: '/audit', label: 'Audit trail', icon: IconShieldCheck },
  { path: '/deliveries', label: 'Deliveries', icon: IconMail },
  { path: '/errors', label: 'Errors', icon: IconBug },
] as const;

function ColorSchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const shown = useComputedColorScheme('light');
  const other = shown === 'dark' ? 'light' : 'dark';
  return (
    <ActionIcon variant="default" size="lg" aria-label={`Switch to ${other} colours`} onClick={() => setColorScheme(other)}>
      {shown === 'dark' ? <IconSun size={18} /> : <IconMoon size={18} />}
    </ActionIcon>
  );
}

const initialsOf = (name: string): string =>
  name
    .split(/\s+/)
    .map((part) => part.charAt(0))
    .slice(0, 2)
    .join('')
    .toUpperCase();

function Account({ admin, onSignOut }: { readonly admin: Admin; readonly onSignOut: () => void }) {
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <ActionIcon variant="subtle" size="lg" radius="xl" aria-label={`${initialsOf(admin.displayName)}, signed in as ${admin.displayName}`}>
          <Avatar size={34} radius="xl" color="indigo" variant="filled">
            {initialsOf(admin.displayName)}
          </Avatar>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Stack gap={0} px="sm" py="xs">
          <Text size="sm" fw={600}>
            {admin.displayName}
          </Text>
          <Text size="xs" c="dimmed">
            {admin.email}
          </Text>
        </Stack>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={onSignOut}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** What stands around every page: the menu, who is signed in, and whether what is shown is live. */
export function Shell({
  admin,
  onSignOut,
  children,
}: {
  readonly admin: Admin;
  readonly onSignOut: () => void;
  readonly children: ReactNode;
}) {
  const [open, { toggle, close }] = useDisclosure(false);
  const [location] = useLocation();
  const page = PAGES.find(({ path }) => location.startsWith(path));
  useEffect(() => {
    document.title = page ? `${page.label} · Spine` : 'Spine';
  }, [page]);

  return (
    <AppShell header={{ height: 60 }} navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !open } }} padding="md">
      <a className="skip-link" href="#main">
        Skip to the page
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" aria-expanded={open} />
            <ThemeIcon radius="md" size={32} aria-hidden>
              <IconStack2 size={20} />
            </ThemeIcon>
            <Text fw={700} size="lg">
              Spine
            </Text>
          </Group>
          <Group gap="sm" wrap="nowrap">
            <StreamHealthBadge />
            <ColorSchemeSwitch />
            <Account admin={admin} onSignOut={onSignOut} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label="Pages">
        <AppShell.Section grow component={ScrollArea}>
          <Stack gap={4}>
            {PAGES.map(({ path, label, icon: Icon }) => (
              <NavLink
                key={path}
                component={Link}
                href={path}
                label={label}
                leftSection={<Icon size={18} stroke={1.7} />}
                active={page?.path === path}
                aria-current={page?.path === path ? 'page' : undefined}
                onClick={close}
              />
            ))}
          </Stack>
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        {children}
      </AppShell.Main>
    </AppShell>
  );
}
