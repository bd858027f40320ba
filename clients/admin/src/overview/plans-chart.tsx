import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import { SimpleGrid, Text } from '@mantine/core';

interface PlanRow {
  readonly plan: string;
  readonly paying: number;
  readonly trials: number;
  /** Whole units of the currency. */
  readonly revenue: number;
}

const COMMON = {
  h: 180,
  dataKey: 'plan',
  barProps: { radius: 4, maxBarSize: 32, isAnimationActive: false },
  barChartProps: { accessibilityLayer: false },
  gridAxis: 'x',
} as const;

/** The table below it as bars; said by the table, and so kept from screen readers. */
export function PlansChart({ rows, currency }: { readonly rows: readonly PlanRow[]; readonly currency: string }) {
  return (
    <SimpleGrid aria-hidden="true" cols={{ base: 1, xs: 2 }} style={{ minWidth: 0, overflow: 'hidden' }}>
      <div style={{ minWidth: 0 }}>
        <Text size="xs" c="dimmed" mb={4}>
          Companies, paying and on trial
        </Text>
        <BarChart
          {...COMMON}
          type="stacked"
          data={[...rows]}
          series={[
            { name: 'paying', label: 'Paying', color: 'indigo.6' },
            { name: 'trials', label: 'On trial', color: 'teal.5' },
          ]}
          yAxisProps={{ allowDecimals: false, width: 32 }}
        />
      </div>
      <div style={{ minWidth: 0 }}>
        <Text size="xs" c="dimmed" mb={4}>
          {currency} a month
        </Text>
        <BarChart {...COMMON} data={[...rows]} series={[{ name: 'revenue', label: currency, color: 'indigo.6' }]} yAxisProps={{ width: 48 }} />
      </div>
    </SimpleGrid>
  );
}
