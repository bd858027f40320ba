import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { Empty, Loading } from '../shared/states.js';

const IncidentsPage = lazy(async () => ({ default: (await import('../incidents/incidents-page.js')).IncidentsPage }));
const OverviewPage = lazy(async () => ({ default: (await import('../overview/overview-page.js')).OverviewPage }));
const TenantsPage = lazy(async () => ({ default: (await import('../tenants/tenants-page.js')).TenantsPage }));
const AuditPage = lazy(async () => ({ default: (await import('../audit/audit-page.js')).AuditPage }));
const DeliveriesPage = lazy(async () => ({ default: (await import('../deliveries/deliveries-page.js')).DeliveriesPage }));

/** Which page is at which path. */
export function Pages() {
  return (
    <Suspense fallback={<Loading what="the page" />}>
      <Switch>
        <Route path="/">
          <Redirect to="/overview" replace />
        </Route>
        <Route path="/overview" component={OverviewPage} />
        <Route path="/auth-ops/:id?">{({ id }) => <IncidentsPage selected={id ?? null} />}</Route>
        <Route path="/tenants" component={TenantsPage} />
        <Route path="/audit" component={AuditPage} />
        <Route path="/deliveries" component={DeliveriesPage} />
        <Route>
          <Empty title="There is no such page" hint="Choose one from the menu." />
        </Route>
      </Switch>
    </Suspense>
  );
}
