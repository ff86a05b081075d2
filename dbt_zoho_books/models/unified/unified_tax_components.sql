select
    tax_groups.organization_id,
    concat(tax_groups.tax_group_id, '|', part.position) as remote_id,
    tax_groups.tax_group_id as tax_rate,
    {{ zoho_books.json_text('part.value', 'tax_name') }} as name,
    {{ zoho_books.json_amount('part.value', 'tax_percentage') }} as rate
from {{ ref('stg_zoho_books__tax_groups') }} as tax_groups
cross join {{ zoho_books.json_elements('tax_groups.taxes', 'part') }}
