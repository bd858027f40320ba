import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';

/** The table below it as bars; said by the table, and so kept from screen readers. */
export function PlansChart({ rows }: { readonly rows: readonly { readonly plan: string; readonly companies: number }[] }) {
  return (
    <div aria-hidden="true" style={{ minWidth: 0, overflow: 'hidden' }}>
      <BarChart
        h={200}
        data={[...rows]}
        dataKey="plan"
        series={[{ name: 'companies', label: 'Companies', color: 'indigo.6' }]}
        barProps={{ radius: 4, maxBarSize: 44, isAnimationActive: false }}
        barChartProps={{ accessibilityLayer: false }}
        yAxisProps={{ allowDecimals: false, width: 32 }}
        gridAxis="x"
      />
    </div>
  );
}
