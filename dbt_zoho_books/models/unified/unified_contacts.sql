select
    organization_id,
    contact_id as remote_id,
    contact_name as name,
    company_name,
    contact_type = 'customer' as is_customer,
    contact_type = 'vendor' as is_supplier,
    case status when 'active' then 'ACTIVE' else 'ARCHIVED' end as status,
    currency_code as currency,
    email as email_address,
    tax_id as tax_number,
    updated_at as remote_updated_at,
    false as remote_was_deleted
from {{ ref('dim_contacts') }}
