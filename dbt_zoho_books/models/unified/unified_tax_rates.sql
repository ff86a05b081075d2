select
    organization_id,
    tax_id as remote_id,
    tax_name as name,
    tax_percentage as total_tax_rate,
    tax_type as type,
    case when status = 'Inactive' then 'ARCHIVED' else 'ACTIVE' end as status
from {{ ref('dim_taxes') }}
