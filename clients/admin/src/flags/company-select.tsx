import { useQuery } from '@apollo/client/react';
import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { TenantsDocument } from '../graph/operations.generated.js';

const TYPING_MS = 250;

/** Chooses a company by its name or subdomain. */
export function CompanySelect({ value, onChange }: { readonly value: string | null; readonly onChange: (id: string | null) => void }) {
  const [search, setSearch] = useState('');
  const [typed] = useDebouncedValue(search.trim(), TYPING_MS);
  const { data, previousData } = useQuery(TenantsDocument, { variables: typed ? { search: typed } : {} });
  const found = (data ?? previousData)?.tenants?.edges ?? [];
  return (
    <Select
      label="Company"
      placeholder="Name or subdomain"
      required
      withAsterisk={false}
      searchable
      value={value}
      onChange={onChange}
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options }) => options}
      nothingFoundMessage="No company fits"
      data={found.map(({ node: { id, name } }) => ({ value: id, label: name }))}
    />
  );
}
