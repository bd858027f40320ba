import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import type { Admin } from '../session/session.js';
import { Empty, Loading } from '../shared/states.js';

const IncidentsPage = lazy(async () => ({ default: (await import('../incidents/incidents-page.js')).IncidentsPage }));
const OverviewPage = lazy(async () => ({ default: (await import('../overview/overview-page.js')).OverviewPage }));
const FlagsPage = lazy(async () => ({ default: (await import('../flags/flags-page.js')).FlagsPage }));
const FlagPage = lazy(async () => ({ default: (await import('../flags/flag-page.js')).FlagPage }));
const TicketsPage = lazy(async () => ({ default: (await import('../tickets/tickets-page.js')).TicketsPage }));
const TicketPage = lazy(async () => ({ default: (await import('../tickets/ticket-page.js')).TicketPage }));
const ErrorsPage = lazy(async () => ({ default: (await import('../errors/errors-page.js')).ErrorsPage }));
const TenantsPage = lazy(async () => ({ default: (await import('../tenants/tenants-page.js')).TenantsPage }));
const AuditPage = lazy(async () => ({ default: (await import('../audit/audit-page.js')).AuditPage }));
const DeliveriesPage = lazy(async () => ({ default: (await import('../deliveries/deliveries-page.js')).DeliveriesPage }));

/** Which page is at which path. */
export function Pages({ admin }: { readonly admin: Admin }) {
  return (
    <Suspense fallback={<Loading what="the page" />}>
      <Switch>
        <Route path="/">
          <Redirect to="/overview" replace />
        </Route>
        <Route path="/overview" component={OverviewPage} />
        <Route path="/auth-ops/:id?">{({ id }) => <IncidentsPage selected={id ?? null} />}</Route>
        <Route path="/flags/:key">{({ key }) => <FlagPage key={key} flagKey={decodeURIComponent(key)} />}</Route>
        <Route path="/flags" component={FlagsPage} />
        <Route path="/tickets/:id">{({ id }) => <TicketPage key={id} id={id} adminId={admin.id} />}</Route>
        <Route path="/tickets">
          <TicketsPage adminId={admin.id} />
        </Route>
        <Route path="/tenants" component={TenantsPage} />
        <Route path="/audit" component={AuditPage} />
        <Route path="/errors" component={ErrorsPage} />
        <Route path="/deliveries" component={DeliveriesPage} />
        <Route>
          <Empty title="There is no such page" hint="Choose one from the menu." />
        </Route>
      </Switch>
    </Suspense>
  );
}
